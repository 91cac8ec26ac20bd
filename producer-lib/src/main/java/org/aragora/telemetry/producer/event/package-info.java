/** Events with optional fields: what must be there goes into {@code of}, the rest is chained. */
@NullMarked
package org.aragora.telemetry.producer.event;

import org.jspecify.annotations.NullMarked;
