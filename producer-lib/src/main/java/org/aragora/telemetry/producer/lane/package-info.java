/**
 * From an accepted event to the broker's acknowledgement: one sender per topic takes, numbers and
 * sends in order, on a thread of its own. Internal; not an interface for hosts.
 */
@NullMarked
package org.aragora.telemetry.producer.lane;

import org.jspecify.annotations.NullMarked;
