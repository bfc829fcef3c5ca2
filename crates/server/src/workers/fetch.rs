//! Fetches the sounds of uploads: from strangers under the guard's rules, within bounds of size, time and redirects; what
//! this server serves itself is read from its files.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::LOCATION;
use store::FolderName;

use crate::app::App;
use crate::callbacks::{GuardedClient, Unsent};

/// Why there is no sound.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfetched {
    /// It is not fetched, whenever it is asked for. The text is for the caller.
    Refused(String),
    /// Its source did not give it. The text is for the caller.
    Failed(String),
}

impl From<Unsent> for Unfetched {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Private => Self::Refused(
                "`audio_url` leads to an address that is private or special, which this server does not fetch from; its setting uploads.allow_private_addresses would allow it."
                    .to_owned(),
            ),
            Unsent::NotAnUrl => Self::Refused("`audio_url` leads to what is no http or https URL.".to_owned()),
            Unsent::TimedOut => Self::failed("the source did not answer in time"),
            Unsent::NoConnection => Self::failed("the source could not be connected to"),
            Unsent::Broken | Unsent::Unsigned => Self::failed("the connection to the source broke"),
        }
    }
}

impl Unfetched {
    fn failed(why: &str) -> Self {
        Self::Failed(format!("fetch failed: {why}."))
    }

    fn too_large(most: u64) -> Self {
        Self::Refused(format!("`audio_url` leads to more than {most} bytes, the most that are fetched."))
    }
}

/// The bytes behind a URL. `told` hears how far it is, from 0 to 1, if the source says how much there is.
pub(super) async fn fetch(app: &App, url: Url, told: &(dyn Fn(f32) + Sync)) -> Result<Vec<u8>, Unfetched> {
    let allowed = Duration::from_secs(app.settings.uploads.timeout_seconds);
    let fetching = async {
        let redirects = app.settings.uploads.max_redirects;
        match follow(&app.upload_client, url, redirects, |url| own_file(app, url)).await? {
            Found::Own(folder, name) => read_own(app, folder, name).await,
            Found::Answer(response) => read_body(response, app.settings.uploads.max_bytes, told).await,
        }
    };
    // A source may answer bit by bit, each redirect with a new request: this bounds them all.
    match tokio::time::timeout(allowed, fetching).await {
        Ok(fetched) => fetched,
        Err(_) => Err(Unfetched::failed("the source did not give all of it in time")),
    }
}

/// What a URL leads to.
#[derive(Debug)]
enum Found {
    /// A file that this server serves.
    Own(FolderName, String),
    /// The answer of a stranger.
    Answer(reqwest::Response),
}

/// The answer with the sound, after all redirects, or what `own` says is a file of this server's on the way.
async fn follow(
    client: &GuardedClient,
    mut url: Url,
    redirects: u32,
    own: impl Fn(&Url) -> Option<(FolderName, String)>,
) -> Result<Found, Unfetched> {
    for _ in 0..=redirects {
        if let Some((folder, name)) = own(&url) {
            return Ok(Found::Own(folder, name));
        }
        let response = client.get(url.clone()).await?;
        let status = response.status();
        let next = response.headers().get(LOCATION).filter(|_| status.is_redirection());
        let Some(next) = next else {
            return if status.is_success() {
                Ok(Found::Answer(response))
            } else {
                Err(Unfetched::failed(&format!("the source answered with status {}", status.as_u16())))
            };
        };
        let next = next.to_str().ok().and_then(|next| url.join(next).ok());
        url = next.ok_or_else(|| Unfetched::failed("the source redirects to what is no URL"))?;
    }
    Err(Unfetched::failed("the source redirects too often"))
}

async fn read_body(
    mut response: reqwest::Response,
    most: u64,
    told: &(dyn Fn(f32) + Sync),
) -> Result<Vec<u8>, Unfetched> {
    let said = response.content_length();
    if said.is_some_and(|said| said > most) {
        return Err(Unfetched::too_large(most));
    }
    // What it says is no reason to hold memory for it: that grows with what comes.
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if (bytes.len() + chunk.len()) as u64 > most => {
                return Err(Unfetched::too_large(most));
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) if error.is_timeout() => return Err(Unsent::TimedOut.into()),
            Err(_) => return Err(Unsent::Broken.into()),
        }
        if let Some(said) = said.filter(|said| *said > 0) {
            #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
            told(bytes.len() as f32 / said as f32);
        }
    }
}

/// The file of ours that a URL names, at the public base or at an address that is listened on. Names are not resolved: by
/// another than that of the public base this server is a stranger.
fn own_file(app: &App, url: &Url) -> Option<(FolderName, String)> {
    let base = Url::parse(&app.public_base).ok();
    let public = base.filter(|base| base.origin() == url.origin());
    let path = match public.and_then(|base| url.path().strip_prefix(base.path()).map(str::to_owned)) {
        Some(path) => path,
        None if is_listened_on(app.address, url) => url.path().trim_start_matches('/').to_owned(),
        None => return None,
    };
    let (folder, name) = path.strip_prefix("files/")?.split_once('/')?;
    Some((FolderName::parse(folder)?, name.to_owned()))
}

fn is_listened_on(own: SocketAddr, url: &Url) -> bool {
    let (listens, everywhere) = (own.ip(), own.ip().is_unspecified());
    let here = |host: IpAddr| listens == host || (everywhere && is_of_this_machine(host));
    let is_own = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" && (listens.is_loopback() || everywhere),
        Some(url::Host::Ipv4(host)) => here(host.into()),
        Some(url::Host::Ipv6(host)) => here(host.into()),
        None => false,
    };
    is_own && url.scheme() == "http" && url.port_or_known_default() == Some(own.port())
}

/// Whether a packet to this address would go no further. Only to such an address can a socket be bound; nothing is sent.
fn is_of_this_machine(host: IpAddr) -> bool {
    !host.is_multicast() && (host.is_loopback() || UdpSocket::bind((host, 0)).is_ok())
}

async fn read_own(app: &App, folder: FolderName, name: String) -> Result<Vec<u8>, Unfetched> {
    let (files, most) = (app.files.clone(), app.settings.uploads.max_bytes);
    let reading = tokio::task::spawn_blocking(move || {
        let size = files.public_path(&folder, &name).and_then(|path| path.metadata().ok());
        if size.is_some_and(|found| found.len() > most) {
            return Err(Unfetched::too_large(most));
        }
        let bytes = files.public(&folder, &name).ok().flatten();
        bytes.ok_or_else(|| Unfetched::failed("this server has no such file"))
    });
    reading.await.unwrap_or_else(|_| Err(Unfetched::failed("this server could not read its file")))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::callbacks::Guard;

    /// Redirects every request to `location`.
    async fn redirecting(location: String) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = [0; 1_024];
                let answer = format!("HTTP/1.1 302 X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
                drop((stream.read(&mut head).await, stream.write_all(answer.as_bytes()).await));
            }
        });
        port
    }

    #[tokio::test]
    async fn a_redirect_to_an_address_that_is_not_allowed_is_not_followed() {
        let forbidden = TcpListener::bind("127.0.0.2:0").await.expect("a port");
        let its_port = forbidden.local_addr().expect("bound").port();
        let port = redirecting(format!("http://127.0.0.2:{its_port}/a.wav")).await;
        let allows = |address: IpAddr| address != IpAddr::from([127, 0, 0, 2]);
        let guard = Guard { allows, timeout: Duration::from_secs(60), kept_open_per_host: 0 };
        let client = GuardedClient::new(guard).expect("made");
        let url = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a URL");
        let followed = follow(&client, url, 5, |_| None).await;
        assert!(matches!(&followed, Err(Unfetched::Refused(why)) if why.contains("private")), "{followed:?}");
        let knocked = tokio::time::timeout(Duration::from_millis(100), forbidden.accept()).await;
        assert!(knocked.is_err(), "something connected");
    }

    #[test]
    fn a_server_that_listens_everywhere_knows_every_address_of_its_machine() {
        let url = |host: &str| Url::parse(&format!("http://{host}:8787/files/a/b")).expect("a URL");
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let everywhere = address("0.0.0.0:8787");
        // The address by which this machine would ask a stranger; nothing is sent.
        let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
        let outward = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr()).map(|own| own.ip());
        let mut own = vec!["127.0.0.1".to_owned(), "127.0.0.9".to_owned(), "localhost".to_owned()];
        own.extend(outward.map(|ip| ip.to_string()));
        for host in own {
            assert!(is_listened_on(everywhere, &url(&host)), "{host}");
            assert!(!is_listened_on(address("0.0.0.0:80"), &url(&host)), "{host} at another port");
        }
        for host in ["192.0.2.1", "8.8.8.8", "224.0.0.1", "example.com"] {
            assert!(!is_listened_on(everywhere, &url(host)), "{host}");
        }
        assert!(is_listened_on(address("127.0.0.1:8787"), &url("localhost")));
        assert!(!is_listened_on(address("127.0.0.1:8787"), &url("127.0.0.9")));
    }
}
