//! Programs that use the services of the system by the crates of the bus.
