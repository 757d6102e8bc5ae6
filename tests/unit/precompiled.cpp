// Precompiles catch.hpp for all unit tests: the target needs a source that uses it.
