# Bake reads outside the build context only if told to: --allow=fs.read=$HOME
variable "HOME" {
  default = ""
}

group "default" {
  targets = ["app"]
}

# The tags live in a target of this name, so that a metadata action in CI can replace them.
target "docker-metadata-action" {
  tags = [
    "registry.example.com/billing/api:2.7.0",
    "registry.example.com/billing/api:2.7",
    "registry.example.com/billing/api:2",
  ]
}

target "app" {
  inherits = ["docker-metadata-action"]
  context  = "."
  args = {
    HTTPS_PROXY = "http://proxy.example.com:3128"
    HTTP_PROXY = "http://proxy.example.com:3128"
  }
  secret = [
    "id=ca_bundle,src=ca-bundle.pem",
    "id=netrc,src=${HOME}/.netrc",
  ]
}
