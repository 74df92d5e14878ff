//! Credentials: who gives them, and when they are asked for again.
//!
//! `aws-config` has the chain: environment, profile (keys, SSO, assumed roles, `credential_process`),
//! web identity, containers, EC2. Nothing in here can be printed.

use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials as Keys;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_types::region::Region;

use super::connector::Roots;
use super::error::{Kind, said};

/// New credentials are asked for so long before the old ones end.
const SLACK: Duration = Duration::from_secs(300);
/// How long old ones that are still good are used when new ones are not to be had.
const PAUSE: Duration = Duration::from_secs(30);

/// The credentials in use, and where new ones come from.
pub(super) struct Credentials {
    provider: SharedCredentialsProvider,
    profile: Option<String>,
    current: RwLock<Option<Current>>,
    /// One asks, the others wait for what it gets.
    asking: tokio::sync::Mutex<()>,
}

/// Credentials and their number: a request tells with it which ones did not do.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) keys: Keys,
    pub(super) number: u64,
    /// When to ask for new ones.
    stale_from: Option<SystemTime>,
}

impl Credentials {
    /// The chain of the AWS CLI. A profile that was named by option goes before the environment.
    pub(super) async fn of_chain(
        profile: Option<String>,
        region: &str,
        roots: &Roots,
    ) -> Credentials {
        let region = Some(Region::new(region.to_owned()));
        let config = ProviderConfig::without_region()
            .with_region(region.clone())
            .with_http_client(http_client(roots));
        let provider = match &profile {
            Some(name) => {
                let of_profile = ProfileFileCredentialsProvider::builder()
                    .configure(&config)
                    .profile_name(name)
                    .build();
                let of_container = EcsCredentialsProvider::builder().configure(&config).build();
                let of_machine = ImdsCredentialsProvider::builder()
                    .configure(&config)
                    .build();
                SharedCredentialsProvider::new(
                    CredentialsProviderChain::first_try("Profile", of_profile)
                        .or_else("EcsContainer", of_container)
                        .or_else("Ec2InstanceMetadata", of_machine),
                )
            }
            None => {
                let mut chain = DefaultCredentialsChain::builder().configure(config);
                chain.set_region(region);
                SharedCredentialsProvider::new(chain.build().await)
            }
        };
        Credentials {
            provider,
            profile,
            current: RwLock::new(None),
            asking: tokio::sync::Mutex::new(()),
        }
    }

    /// Credentials that are good for now.
    pub(super) async fn get(&self) -> Result<Current, Kind> {
        if let Some(current) = self.good() {
            return Ok(current);
        }
        let _one = self.asking.lock().await;
        match self.good() {
            Some(current) => Ok(current),
            None => self.ask().await,
        }
    }

    /// Other credentials than those of this number, which did not do.
    pub(super) async fn renew(&self, stale: u64) -> Result<(), Kind> {
        let _one = self.asking.lock().await;
        let renewed = self.read().as_ref().is_some_and(|now| now.number != stale);
        if !renewed {
            self.ask().await?;
        }
        Ok(())
    }

    /// What to say when new credentials do not do either.
    pub(super) fn expired(&self) -> Kind {
        let profile = self.profile_words();
        Kind::Expired {
            advice: format!("log in again (aws sso login{profile}) and run again"),
        }
    }

    async fn ask(&self) -> Result<Current, Kind> {
        let asked = self.provider.provide_credentials().await;
        let now = SystemTime::now();
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let next = match (asked, &*current) {
            (Ok(keys), before) => Current {
                stale_from: stale_from(now, keys.expiry()),
                number: before.as_ref().map_or(0, |before| before.number + 1),
                keys,
            },
            (Err(_), Some(before)) if before.keys.expiry().is_some_and(|end| end > now) => {
                Current {
                    stale_from: Some(now + PAUSE),
                    ..before.clone()
                }
            }
            (Err(error), _) => return Err(self.explain(&error)),
        };
        *current = Some(next.clone());
        Ok(next)
    }

    fn good(&self) -> Option<Current> {
        let current = self.read();
        let stale_from = current.as_ref()?.stale_from;
        match stale_from {
            Some(stale_from) if stale_from <= SystemTime::now() => None,
            _ => current.clone(),
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Option<Current>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn profile_words(&self) -> String {
        let named = self
            .profile
            .clone()
            .or_else(|| std::env::var("AWS_PROFILE").ok());
        named.map_or_else(String::new, |name| {
            format!(" --profile {}", name.escape_debug())
        })
    }

    fn explain(&self, error: &CredentialsError) -> Kind {
        let mut chain = String::new();
        let mut next: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = next {
            chain.push_str(&error.to_string());
            chain.push_str(": ");
            next = error.source();
        }
        let lower = chain.to_lowercase();
        let profile = self.profile_words();
        if lower.contains("sso") && (lower.contains("expired") || lower.contains("token")) {
            return Kind::Expired {
                advice: format!("run aws sso login{profile} and then this again"),
            };
        }
        let cause = match error {
            CredentialsError::CredentialsNotLoaded(_) => String::new(),
            // What a program of the user's wrote may be anything, a key included.
            _ if lower.contains("external process") => {
                "the profile's credential_process failed".into()
            }
            _ => said(chain.trim_end_matches(": ")),
        };
        let tried = match &self.profile {
            Some(name) => format!(
                "the profile “{}”, a container's role, and EC2's",
                name.escape_debug()
            ),
            None => "the environment, the profile, a web identity, a container's role, and EC2's"
                .to_owned(),
        };
        Kind::NoCredentials { tried, cause }
    }
}

/// Some time before the end; half-way there if they are not good for long.
fn stale_from(now: SystemTime, end: Option<SystemTime>) -> Option<SystemTime> {
    let left = end?.duration_since(now).unwrap_or_default();
    Some(now + left.saturating_sub(SLACK).max(left / 2))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// What the chain asks STS, SSO, containers and EC2 with. It trusts whom we trust.
fn http_client(roots: &Roots) -> SharedHttpClient {
    let tls = match roots {
        Roots::Machine => None,
        Roots::File(pem) => {
            let store = TrustStore::empty().with_pem_certificate(pem.clone());
            TlsContext::builder().with_trust_store(store).build().ok()
        }
    };
    let client = |proxy: fn() -> ProxyConfig| {
        let tls = tls.clone();
        Builder::new().build_with_connector_fn(move |settings, _| {
            let mut builder = Connector::builder()
                .proxy_config(proxy())
                .tls_provider(Provider::Rustls(CryptoMode::Ring));
            if let Some(tls) = &tls {
                builder.set_tls_context(tls.clone());
            }
            builder.set_connector_settings(settings.cloned());
            builder.set_sleep_impl(aws_smithy_async::rt::sleep::default_async_sleep());
            builder.build()
        })
    };
    SharedHttpClient::new(PastProxies {
        direct: client(ProxyConfig::disabled),
        by_proxy: client(ProxyConfig::from_env),
    })
}

/// A proxy has metadata of its own, so the machine's is never asked for over one.
#[derive(Debug)]
struct PastProxies {
    direct: SharedHttpClient,
    by_proxy: SharedHttpClient,
}

#[derive(Debug)]
struct ByHost {
    direct: SharedHttpConnector,
    by_proxy: SharedHttpConnector,
}

impl HttpClient for PastProxies {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ByHost {
            direct: self.direct.http_connector(settings, components),
            by_proxy: self.by_proxy.http_connector(settings, components),
        })
    }
}

impl HttpConnector for ByHost {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = request
            .uri()
            .parse::<http::Uri>()
            .ok()
            .and_then(|uri| uri.host().map(str::to_owned))
            .unwrap_or_default();
        if is_of_this_machine(&host) {
            self.direct.call(request)
        } else {
            self.by_proxy.call(request)
        }
    }
}

/// EC2's and ECS's metadata, EKS's agent, and whatever runs beside us.
fn is_of_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| match address {
                std::net::IpAddr::V4(address) => address.is_loopback() || address.is_link_local(),
                std::net::IpAddr::V6(address) => {
                    address.is_loopback() || address.segments()[..2] == [0xfd00, 0x0ec2]
                }
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_metadata_are_not_asked_for_over_a_proxy() {
        for host in [
            "169.254.169.254",
            "169.254.170.23",
            "[fd00:ec2::254]",
            "[::1]",
            "127.0.0.1",
            "localhost",
        ] {
            assert!(is_of_this_machine(host), "{host}");
        }
        for host in [
            "sts.eu-west-1.amazonaws.com",
            "10.0.0.1",
            "",
            "169.254.169.254.example",
        ] {
            assert!(!is_of_this_machine(host), "{host}");
        }
    }

    #[test]
    fn new_credentials_are_asked_for_before_the_old_ones_end() {
        let now = SystemTime::UNIX_EPOCH;
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let stale = |left| stale_from(now, Some(now + minutes(left)));
        assert_eq!(stale(60), Some(now + minutes(55)));
        assert_eq!(stale(2), Some(now + minutes(1)));
        assert_eq!(stale(0), Some(now));
        assert_eq!(stale_from(now, None), None);
    }

    fn explained(error: CredentialsError, profile: Option<&str>) -> String {
        let provider = SharedCredentialsProvider::new(Keys::new(
            "AKIAEXAMPLE",
            "secret-key",
            None,
            None,
            "test",
        ));
        let credentials = Credentials {
            provider,
            profile: profile.map(Into::into),
            current: RwLock::new(None),
            asking: tokio::sync::Mutex::new(()),
        };
        assert_eq!(format!("{credentials:?}"), "Credentials");
        credentials.explain(&error).to_string()
    }

    #[test]
    fn missing_credentials_name_who_was_asked_and_what_to_do() {
        let text = explained(CredentialsError::not_loaded_no_source(), None);
        assert!(
            text.contains("the environment, the profile") && text.contains("--no-sign-request"),
            "{text}"
        );
        let text = explained(CredentialsError::not_loaded_no_source(), Some("prod"));
        assert!(text.contains("“prod”"), "{text}");
        let text = explained(
            CredentialsError::provider_error("the SSO session has expired"),
            Some("prod"),
        );
        assert!(
            text.ends_with("run aws sso login --profile prod and then this again"),
            "{text}"
        );
        let text = explained(
            CredentialsError::provider_error(
                "Error retrieving credentials: external process exited with code 1. Stderr: {\"SecretAccessKey\":\"oops\"}",
            ),
            Some("prod"),
        );
        assert!(
            text.contains("credential_process failed") && !text.contains("oops"),
            "{text}"
        );
    }
}
