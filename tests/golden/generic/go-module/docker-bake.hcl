group "default" {
  targets = ["app"]
}

# The tags live in a target of this name, so that a metadata action in CI can replace them.
target "docker-metadata-action" {
  tags = [
    "registry.example.com:5000/net/relay:1.5.0-rc.1",
  ]
}

target "app" {
  inherits = ["docker-metadata-action"]
  context  = "."
}
