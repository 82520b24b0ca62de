group "default" {
  targets = ["app"]
}

# The tags live in a target of this name, so that a metadata action in CI can replace them.
target "docker-metadata-action" {
  tags = [
    "edge:0.9.0",
    "edge:0.9",
  ]
}

target "app" {
  inherits = ["docker-metadata-action"]
  context  = "."
}
