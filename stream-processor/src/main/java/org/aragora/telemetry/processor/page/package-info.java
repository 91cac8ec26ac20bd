/** The figures of the page at {@code /}, from the same series as {@code /metrics}. */
@NullMarked
package org.aragora.telemetry.processor.page;

import org.jspecify.annotations.NullMarked;
