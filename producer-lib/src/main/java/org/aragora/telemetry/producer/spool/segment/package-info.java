/**
 * The files of a topic's log: segments of frames, and beside each an index from which the loss of a
 * damaged frame is exactly known.
 */
@NullMarked
package org.aragora.telemetry.producer.spool.segment;

import org.jspecify.annotations.NullMarked;
