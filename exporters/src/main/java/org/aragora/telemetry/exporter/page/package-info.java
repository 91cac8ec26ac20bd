/** The page at {@code /} of an exporter: its health and its own figures. */
@NullMarked
package org.aragora.telemetry.exporter.page;

import org.jspecify.annotations.NullMarked;
