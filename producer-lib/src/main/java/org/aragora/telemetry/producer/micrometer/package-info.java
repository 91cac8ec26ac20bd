/** Micrometer's view of a producer. For hosts with Micrometer, which the library does not bring. */
@NullMarked
package org.aragora.telemetry.producer.micrometer;

import org.jspecify.annotations.NullMarked;
