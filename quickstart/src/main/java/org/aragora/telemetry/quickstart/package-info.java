/**
 * One command that runs the main job on an embedded broker and shows that every event is accounted
 * for.
 */
@NullMarked
package org.aragora.telemetry.quickstart;

import org.jspecify.annotations.NullMarked;
