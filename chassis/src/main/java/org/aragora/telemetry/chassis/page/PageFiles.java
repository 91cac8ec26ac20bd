package org.aragora.telemetry.chassis.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The files of the page, read once from the class path; a request names one of them or none. */
final class PageFiles extends Handler.Abstract.NonBlocking {
  private static final String PATH = "/page/";
  private static final List<String> NAMES =
      List.of(
          "page.css",
          "uPlot.min.css",
          "uPlot.iife.min.js",
          "page.js",
          "exporter.js",
          "exporters.js",
          "live.js",
          "words.js",
          "figures.js",
          "peers.js",
          "charts.js",
          "recent.js",
          "traces.js",
          "waterfall.js",
          "icon.svg",
          "runbook.md");
  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "svg", "image/svg+xml",
          "md", PageAnswer.TEXT);

  private final Map<String, File> files = new LinkedHashMap<>();

  private record File(ByteBuffer content, String type, String tag) {}

  PageFiles() {
    for (String name : NAMES) {
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      files.put(PATH + name, file(read(name), Objects.requireNonNull(type)));
    }
  }

  private static File file(byte[] bytes, String type) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return new File(
        ByteBuffer.wrap(bytes).asReadOnlyBuffer(),
        type,
        "\"%x-%x\"".formatted(bytes.length, sum.getValue()));
  }

  /** Returns a file that is not served as it is. */
  String text(String name) {
    return new String(read(name), StandardCharsets.UTF_8);
  }

  private static byte[] read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(name + " on the class path cannot be read", e);
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    File file = files.get(request.getHttpURI().getCanonicalPath());
    if (file == null) {
      PageAnswer.send(response, 404, PageAnswer.TEXT, "not found\n", callback);
      return true;
    }
    boolean known = file.tag().equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH));
    var headers = PageAnswer.start(response, known ? 304 : 200, file.type());
    headers.put(HttpHeader.CACHE_CONTROL, "no-cache");
    headers.put(HttpHeader.ETAG, file.tag());
    response.write(true, known ? ByteBuffer.allocate(0) : file.content().duplicate(), callback);
    return true;
  }
}
