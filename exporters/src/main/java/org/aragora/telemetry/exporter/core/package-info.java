/**
 * The acknowledged loop that every exporter runs: read committed records, convert, send in batches,
 * commit an offset only when every earlier record was acknowledged or is a dead letter. Backends
 * live in packages beside this one.
 */
@NullMarked
package org.aragora.telemetry.exporter.core;

import org.jspecify.annotations.NullMarked;
