/**
 * The loop of every exporter: read committed records, convert, send in batches, commit. An offset
 * is committed only when every earlier record is acknowledged, is a dead letter, or was skipped.
 */
@NullMarked
package org.aragora.telemetry.exporter.loop;

import org.jspecify.annotations.NullMarked;
