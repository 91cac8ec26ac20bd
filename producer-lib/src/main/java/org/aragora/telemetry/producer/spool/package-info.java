/**
 * Accepted events on disk. They survive an outage longer than any buffer and the death of the
 * process, and go out later under the number that they would have had. Internal; not an interface
 * for hosts.
 */
@NullMarked
package org.aragora.telemetry.producer.spool;

import org.jspecify.annotations.NullMarked;
