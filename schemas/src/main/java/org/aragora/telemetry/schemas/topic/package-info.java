/** Every topic of the pipeline with its settings, and the means to create them. */
@NullMarked
package org.aragora.telemetry.schemas.topic;

import org.jspecify.annotations.NullMarked;
