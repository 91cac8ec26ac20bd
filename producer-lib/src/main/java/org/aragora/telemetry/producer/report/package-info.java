/** Reports to the host: counts of events by outcome, and failures in its log and listener. */
@NullMarked
package org.aragora.telemetry.producer.report;

import org.jspecify.annotations.NullMarked;
