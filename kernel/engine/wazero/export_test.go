package wazero

// Unmetered is config for modules that run as they are.
func Unmetered(config Config) Config {
	config.unmetered = true
	return config
}
