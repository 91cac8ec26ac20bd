/** The page at {@code /}: its files, its figures as JSON, and a stream of them once a second. */
@NullMarked
package org.aragora.telemetry.chassis.page;

import org.jspecify.annotations.NullMarked;
