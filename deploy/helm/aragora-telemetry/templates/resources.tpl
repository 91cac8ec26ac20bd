{{- /*
Every resource of files/base.yml with the namespace, the label, the image and the patches of the values.
*/}}
{{- $root := . }}
{{- $label := dict "app.kubernetes.io/part-of" "aragora-telemetry" }}
{{- $image := printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- $documents := list
      (dict "apiVersion" "v1" "kind" "ConfigMap" "metadata" (dict "name" "aragora-telemetry") "data" .Values.config)
      (dict "apiVersion" "v1" "kind" "ConfigMap" "metadata" (dict "name" "aragora-jaeger")
        "data" (dict "jaeger-config.yml" (.Files.Get "files/jaeger-config.yml")))
      (dict "apiVersion" "v1" "kind" "Secret" "type" "Opaque" "metadata" (dict "name" "aragora-scrape-configs")
        "data" (dict "prometheus-scrape.yml" (.Files.Get "files/prometheus-scrape.yml" | b64enc))) }}
{{- range splitList "\n---\n" (.Files.Get "files/base.yml") }}
{{- $documents = append $documents (fromYaml .) }}
{{- end }}
{{- range $documents }}
{{- $resource := . }}
{{- $name := printf "%s/%s" .kind .metadata.name }}
{{- if not (or (has .kind $root.Values.without) (has .metadata.name $root.Values.without)) }}
{{- $_ := set .metadata "namespace" $root.Release.Namespace }}
{{- $_ := set .metadata "labels" (merge (deepCopy $label) (.metadata.labels | default dict)) }}
{{- with dig "spec" "template" dict . }}
{{- range .spec.containers }}
{{- if eq .image "aragora-telemetry" }}
{{- $_ := set . "image" $image }}
{{- end }}
{{- end }}
{{- /* A changed setting starts the pods again. */}}
{{- $sum := printf "%s%s" (toJson $root.Values.config) ($root.Files.Get "files/jaeger-config.yml") | sha256sum }}
{{- $_ := set .metadata "annotations" (dict "checksum/config" $sum) }}
{{- end }}
{{- if eq .kind "Job" }}
{{- /* A Job is immutable: each upgrade makes a new one. */}}
{{- $_ := set .metadata "annotations" (dict "helm.sh/hook" "post-install,post-upgrade" "helm.sh/hook-delete-policy" "before-hook-creation") }}
{{- end }}
---
{{ toYaml (mergeOverwrite $resource (index $root.Values.patches $name | default dict)) }}
{{- end }}
{{ end }}
