package org.aragora.telemetry.producer.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** Request whose end is listened for from the moment when it becomes asynchronous. */
final class AsyncRequest extends HttpServletRequestWrapper {
  private final ServedRequest served;

  AsyncRequest(ServedRequest served) {
    super(served.request());
    this.served = served;
  }

  @Override
  public AsyncContext startAsync() {
    AsyncContext context = super.startAsync();
    served.listen(context);
    return context;
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    AsyncContext context = super.startAsync(request, response);
    served.listen(context);
    return context;
  }
}
