/**
 * Dead letters of the exporters: the topic that they are written to, and their decoding when they
 * are redriven.
 */
@NullMarked
package org.aragora.telemetry.exporter.deadletter;

import org.jspecify.annotations.NullMarked;
