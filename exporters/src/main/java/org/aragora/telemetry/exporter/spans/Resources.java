package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.resources.Resource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Services of the spans: Aragora's instances and the agents. Keeps a bounded number of each. */
final class Resources {

  private static final int MAX_REMEMBERED = 2000;

  private final String serviceName;
  private final Map<String, String> extra;
  private final Map<String, Resource> instances = remembered();
  private final Map<String, Resource> agents = remembered();

  /**
   * @param serviceName name of Aragora's own service
   * @param extra attributes of every resource, such as deployment.environment.name
   */
  Resources(String serviceName, Map<String, String> extra) {
    this.serviceName = serviceName;
    this.extra = Map.copyOf(extra);
  }

  Resource aragora(String source) {
    return instances.computeIfAbsent(
        source,
        instance ->
            Resource.create(
                attributes()
                    .put("service.name", serviceName)
                    .put("service.instance.id", instance)
                    .build()));
  }

  Resource agent(String agent) {
    return agents.computeIfAbsent(
        agent, name -> Resource.create(attributes().put("service.name", name).build()));
  }

  private AttributesBuilder attributes() {
    AttributesBuilder attributes = Attributes.builder();
    extra.forEach(attributes::put);
    return attributes;
  }

  private static Map<String, Resource> remembered() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Resource> eldest) {
        return size() > MAX_REMEMBERED;
      }
    };
  }
}
