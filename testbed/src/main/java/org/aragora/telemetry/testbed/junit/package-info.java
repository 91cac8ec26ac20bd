/** The one JUnit extension that owns the broker of a test run. */
@NullMarked
package org.aragora.telemetry.testbed.junit;

import org.jspecify.annotations.NullMarked;
