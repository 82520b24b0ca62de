plugins {
    application
}

version = "0.2.0"

java {
    toolchain { languageVersion = JavaLanguageVersion.of(21) }
}

application {
    mainClass = "com.example.billing.Main"
}
