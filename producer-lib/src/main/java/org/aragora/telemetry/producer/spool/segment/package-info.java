/**
 * The files of a topic's log: frames with a checksum, an ordinal and, once the partition count is
 * known, the event's number. So damage costs the damaged frames only. Internal.
 */
@NullMarked
package org.aragora.telemetry.producer.spool.segment;

import org.jspecify.annotations.NullMarked;
