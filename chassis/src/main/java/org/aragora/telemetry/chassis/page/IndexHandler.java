package org.aragora.telemetry.chassis.page;

import java.util.List;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers a page, with the figures as a table for a browser without JavaScript. */
final class IndexHandler extends Handler.Abstract.NonBlocking {
  private static final String ROWS = "<!-- rows -->";

  private final String before;
  private final String after;
  private final PageFeed feed;

  /** {@code template}: HTML with the place of the table's rows. */
  IndexHandler(String template, PageFeed feed) {
    int place = template.indexOf(ROWS);
    if (place < 0) {
      throw new IllegalArgumentException("the template has no place for rows");
    }
    this.before = template.substring(0, place);
    this.after = template.substring(place + ROWS.length());
    this.feed = feed;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    feed.ask(
        answer -> {
          PageContent content = answer.content();
          List<PageContent.Row> rows =
              content == null
                  ? List.of(new PageContent.Row("Figures", answer.failure()))
                  : content.rows();
          String page = before + table(rows) + after;
          PageAnswer.send(response, 200, "text/html;charset=utf-8", page, callback);
        });
    return true;
  }

  private static String table(List<PageContent.Row> rows) {
    StringBuilder table = new StringBuilder();
    for (PageContent.Row row : rows) {
      table
          .append("<tr><th scope=\"row\">")
          .append(escaped(row.name()))
          .append("</th><td>")
          .append(escaped(row.value()))
          .append("</td></tr>\n");
    }
    return table.toString();
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
