/**
 * From an accepted event to the broker's acknowledgement: one lane per topic takes, numbers and
 * sends in order, on a thread of its own. Inner workings of the library, no interface for hosts.
 */
@NullMarked
package org.aragora.telemetry.producer.lane;

import org.jspecify.annotations.NullMarked;
