/** The last events and dead letters, for people who look at the page. */
@NullMarked
package org.aragora.telemetry.processor.recent;

import org.jspecify.annotations.NullMarked;
