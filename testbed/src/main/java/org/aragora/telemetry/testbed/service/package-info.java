/**
 * Service processes of a run: child JVMs with their environment, what they serve over HTTP, and the
 * ports and directories that they take.
 */
@NullMarked
package org.aragora.telemetry.testbed.service;

import org.jspecify.annotations.NullMarked;
