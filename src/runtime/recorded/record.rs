//! Recording: requests go to a site and back, and both ends are written down without their secrets.
