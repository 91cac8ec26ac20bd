/** Border to the host: its class loaders, the libraries that it brings, its log. Internal. */
@NullMarked
package org.aragora.telemetry.producer.host;

import org.jspecify.annotations.NullMarked;
