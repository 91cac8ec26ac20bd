/** Logback's lines as events. For hosts with Logback, which the library does not bring. */
@NullMarked
package org.aragora.telemetry.producer.logback;

import org.jspecify.annotations.NullMarked;
