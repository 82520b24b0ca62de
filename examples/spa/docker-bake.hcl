group "default" {
  targets = ["app"]
}

# The tags live in a target of this name, so that a metadata action in CI can replace them.
target "docker-metadata-action" {
  tags = [
    "storefront:3.2.0",
    "storefront:3.2",
    "storefront:3",
  ]
}

target "app" {
  inherits = ["docker-metadata-action"]
  context  = "."
}
