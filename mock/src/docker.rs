//! Docker, whose containers reach the local service.

use std::net::{IpAddr, Ipv4Addr};

/// The interface of Docker's bridge.
const INTERFACE: &str = "docker0";

/// The address that Docker gives it, unless told otherwise.
const DEFAULT: Ipv4Addr = Ipv4Addr::new(172, 17, 0, 1);

/// Where containers reach this machine on Linux: at the address of Docker's bridge. Elsewhere Docker hands their calls of
/// `host.docker.internal` to the loopback interface, and there is no such address.
#[must_use]
pub fn bridge() -> Option<IpAddr> {
    let interfaces = || if_addrs::get_if_addrs().unwrap_or_default();
    cfg!(target_os = "linux").then(|| {
        let addresses = interfaces().into_iter().filter(|interface| interface.name == INTERFACE);
        addresses.map(|interface| interface.ip()).find(IpAddr::is_ipv4).unwrap_or(DEFAULT.into())
    })
}
