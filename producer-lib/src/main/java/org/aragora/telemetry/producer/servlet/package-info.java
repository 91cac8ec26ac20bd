/** Jakarta servlet requests as events. For hosts in a servlet container, which brings the API. */
@NullMarked
package org.aragora.telemetry.producer.servlet;

import org.jspecify.annotations.NullMarked;
