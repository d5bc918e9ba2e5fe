//! Addresses: where the scheduler is reached, and where a process listens.

use std::fmt;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::str::FromStr;

/// Where the scheduler is reached: `df://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduler {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl FromStr for Scheduler {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("found `{text}`; write df://host:port, as df://10.0.0.5:50050");
        let (host, port) = text.strip_prefix("df://").and_then(|rest| rest.rsplit_once(':')).ok_or_else(wanted)?;
        let port = port.parse().ok().filter(|&port| port != 0).ok_or_else(wanted)?;
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-._:[]".contains(letter);
        if host.is_empty() || !host.chars().all(is_name) {
            return Err(wanted());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Scheduler {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "df://{}:{}", self.host, self.port)
    }
}

/// Where a process listens: an address of this machine by number. An address for all networks is refused, because nothing asks who
/// comes to these ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind {
    /// One address of this machine.
    pub address: IpAddr,
    /// The port; 0 for one that is free.
    pub port: u16,
}

impl FromStr for Bind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let place: SocketAddr = text
            .parse()
            .map_err(|_| format!("found `{text}`; write an address of this machine and a port, as 10.0.0.5:50050"))?;
        if place.ip().is_unspecified() {
            return Err(format!(
                "found `{text}`, which is every network of this machine; these ports ask nobody who they are: name one address"
            ));
        }
        Ok(Self { address: place.ip(), port: place.port() })
    }
}

impl Bind {
    /// The same address with a port that is free now, if none was named.
    ///
    /// # Errors
    /// The address is not one of this machine, or has no free port.
    pub fn with_port(self) -> std::io::Result<Self> {
        if self.port != 0 {
            return Ok(self);
        }
        let port = TcpListener::bind((self.address, 0))?.local_addr()?.port();
        Ok(Self { port, ..self })
    }
}

impl fmt::Display for Bind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::from((self.address, self.port)).fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheduler_is_written_as_df() {
        let found: Scheduler = "df://node-1.example:50050".parse().unwrap();
        assert_eq!((found.host.as_str(), found.port), ("node-1.example", 50050));
        assert_eq!(found.to_string(), "df://node-1.example:50050");
        for wrong in
            ["node:50050", "df://node", "df://:50050", "df://node:0", "df://a b:1", "http://node:1", "df://u@h:1"]
        {
            let told = wrong.parse::<Scheduler>().unwrap_err();
            assert!(told.contains("df://host:port"), "{told}");
        }
    }

    #[test]
    fn no_process_listens_on_every_network() {
        assert!("127.0.0.1:0".parse::<Bind>().is_ok());
        for wrong in ["0.0.0.0:50050", "[::]:50050", "localhost:50050", "127.0.0.1"] {
            assert!(wrong.parse::<Bind>().is_err(), "{wrong}");
        }
    }
}
