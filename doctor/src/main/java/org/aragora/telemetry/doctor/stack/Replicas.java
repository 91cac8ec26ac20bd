package org.aragora.telemetry.doctor.stack;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program that runs several times under one name, as DNS lists its addresses. Each processor
 * serves its own partitions only, so a question about all of them goes to every address.
 */
public final class Replicas {
  private final HttpTarget name;
  private final Resolver resolver;

  /** The addresses of a host. */
  public interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  public Replicas(HttpTarget name, Resolver resolver) {
    this.name = name;
    this.resolver = resolver;
  }

  /** The name itself, for a question that any of them answers. */
  public HttpTarget any() {
    return name;
  }

  /**
   * Returns the text that each replica answers; one that does not answer is left out.
   *
   * @throws NoAnswerException if none answers
   */
  public List<String> texts(String path) throws NoAnswerException, InterruptedException {
    List<String> texts = new ArrayList<>();
    NoAnswerException refusal = null;
    for (HttpTarget target : targets()) {
      try {
        texts.add(target.text(path));
      } catch (NoAnswerException e) {
        refusal = e;
      }
    }
    if (texts.isEmpty() && refusal != null) {
      throw refusal;
    }
    return texts;
  }

  /** One target for each address; the name alone if there is one only or if TLS must check it. */
  private List<HttpTarget> targets() {
    try {
      InetAddress[] addresses = resolver.addresses(name.host());
      if (name.isPlain() && addresses.length > 1) {
        return Arrays.stream(addresses).map(name::at).toList();
      }
    } catch (UnknownHostException e) {
      // the name's own answer reports it
    }
    return List.of(name);
  }
}
