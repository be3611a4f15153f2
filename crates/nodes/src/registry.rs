//! All node types of this build, found by name or alias.
