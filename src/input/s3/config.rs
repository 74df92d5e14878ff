//! Settings, as the AWS CLI finds them: options, then the environment, then the profile.
//!
//! Endpoint, Region and certificates of S3 are read here; credentials by `aws-config`.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>

use std::borrow::Cow;
use std::str::FromStr;

use aws_config::profile::{ProfileSet, load};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::connector::Roots;
use super::credentials::Credentials;
use super::error::{Kind, S3Error};
use super::request::Endpoint;
use crate::shown::Shown;

/// What the options of the command line say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3Options {
    /// `--profile`: goes before `AWS_PROFILE`, and before keys in the environment.
    pub profile: Option<String>,
    /// `--endpoint-url`.
    pub endpoint_url: Option<String>,
    /// `--no-sign-request`: for public buckets.
    pub no_sign_request: bool,
    /// `--request-payer requester`: who reads pays.
    pub request_payer: bool,
    /// A Region that goes before `AWS_REGION` and the profile's.
    pub region: Option<String>,
}

/// Everything that was decided before the first request.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) endpoint: Endpoint,
    /// The Region that a bucket is looked for in first.
    pub(super) region: String,
    /// `None` for requests that are not signed.
    pub(super) credentials: Option<Credentials>,
    pub(super) request_payer: bool,
    pub(super) tries: u32,
    pub(super) roots: Roots,
    pub(super) app: String,
}

/// How often anything is tried, unless `AWS_MAX_ATTEMPTS` says otherwise.
const TRIES: u32 = 10;

/// Asked where no Region is set. S3 says in its answer where the bucket is.
const FIRST_REGION: &str = "us-east-1";

impl Config {
    /// Reads what there is. Asks nobody but files.
    pub(super) async fn resolve(options: &S3Options) -> Result<Config, S3Error> {
        let env = Env::real();
        let files = EnvConfigFiles::default();
        let chosen = options.profile.clone().map(Cow::Owned);
        let profiles = load(&Fs::real(), &env, &files, chosen)
            .await
            // The error may quote a line of the file, which may be a key.
            .map_err(|_| {
                setting(
                    "~/.aws/config",
                    "this file or ~/.aws/credentials (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE) \
                     cannot be read as AWS profiles; check it with aws configure list"
                        .into(),
                )
            })?;
        let sources = Sources {
            env: &env,
            profiles: &profiles,
        };
        sources.check_profile(options)?;
        let region = sources.region(options)?;
        let endpoint = sources.endpoint(options)?;
        let roots = sources.roots()?;
        let credentials = if options.no_sign_request {
            None
        } else {
            Some(Credentials::of_chain(options.profile.clone(), &region, &roots).await)
        };
        Ok(Config {
            endpoint,
            region,
            credentials,
            request_payer: options.request_payer,
            tries: sources.tries()?,
            roots,
            app: sources.app(),
        })
    }
}

/// The environment, and the profile that is chosen.
struct Sources<'a> {
    env: &'a Env,
    profiles: &'a ProfileSet,
}

impl Sources<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.env.get(name).ok().filter(|value| !value.is_empty())
    }

    /// A setting: the first variable that is set, then the profile's line of this name, each with
    /// the name to show in an error.
    fn setting(
        &self,
        variables: &[&'static str],
        line: &'static str,
    ) -> Option<(&'static str, String)> {
        variables
            .iter()
            .find_map(|name| Some((*name, self.variable(name)?)))
            .or_else(|| Some((line, self.profiles.get(line)?.to_owned())))
    }

    /// A setting that is a number or yes or no, or an error that names it.
    fn parsed<T: FromStr>(
        &self,
        variable: &'static str,
        line: &'static str,
        wanted: &str,
    ) -> Result<Option<T>, S3Error> {
        let Some((name, value)) = self.setting(&[variable], line) else {
            return Ok(None);
        };
        match value.trim().to_ascii_lowercase().parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(setting(
                name,
                format!("“{}” is not {wanted}; correct it", value.escape_debug()),
            )),
        }
    }

    /// A profile that somebody asked for has to exist.
    fn check_profile(&self, options: &S3Options) -> Result<(), S3Error> {
        let (name, from) = match (&options.profile, self.variable("AWS_PROFILE")) {
            (Some(name), _) => (name.clone(), "--profile"),
            (None, Some(name)) => (name, "AWS_PROFILE"),
            (None, None) => return Ok(()),
        };
        // The default one may be empty, as it is for the AWS CLI.
        if name == "default" || self.profiles.get_profile(&name).is_some() {
            return Ok(());
        }
        Err(setting(
            from,
            format!(
                "there is no profile “{}” in ~/.aws/config or ~/.aws/credentials; see aws \
                 configure list-profiles",
                name.escape_debug()
            ),
        ))
    }

    fn region(&self, options: &S3Options) -> Result<String, S3Error> {
        let found = match &options.region {
            Some(region) => Some(("--region", region.clone())),
            None => self.setting(&["AWS_REGION", "AWS_DEFAULT_REGION"], "region"),
        };
        let Some((name, region)) = found else {
            return Ok(FIRST_REGION.to_owned());
        };
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        match region.trim() {
            // Of old SDKs. It would lead to the global endpoint.
            "aws-global" => Ok(FIRST_REGION.to_owned()),
            region if !region.is_empty() && region.len() <= 63 && region.bytes().all(sound) => {
                Ok(region.to_owned())
            }
            region => Err(setting(
                name,
                format!(
                    "“{}” is no Region; write it as eu-west-1",
                    region.escape_debug()
                ),
            )),
        }
    }

    fn endpoint(&self, options: &S3Options) -> Result<Endpoint, S3Error> {
        if let Some(url) = &options.endpoint_url {
            return custom("--endpoint-url", url);
        }
        let ignored = self.parsed::<bool>(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
            "true or false",
        )?;
        if ignored != Some(true)
            && let Some((name, url)) = self.endpoint_url()
        {
            return custom(name, &url);
        }
        let yes = |variable, line| {
            let value = self.parsed::<bool>(variable, line, "true or false")?;
            Ok::<_, S3Error>(value == Some(true))
        };
        Ok(Endpoint::Aws {
            fips: yes("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
            dual_stack: yes("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
        })
    }

    /// S3's own variable, everybody's variable, S3's own line in the profile's `services`, the
    /// profile's line: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
    fn endpoint_url(&self) -> Option<(&'static str, String)> {
        const LINE: &str = "endpoint_url";
        for name in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
            if let Some(url) = self.variable(name) {
                return Some((name, url));
            }
        }
        let of_service = self.profiles.get("services").and_then(|services| {
            let key = aws_runtime::env_config::property::PropertiesKey::builder()
                .section_key("services")
                .section_name(services)
                .property_name("s3")
                .sub_property_name(LINE)
                .build()
                .ok()?;
            self.profiles.other_sections().get(&key).cloned()
        });
        let url = of_service.or_else(|| self.profiles.get(LINE).map(str::to_owned))?;
        Some((LINE, url))
    }

    /// Read here because the SDK does not: <https://github.com/awslabs/aws-sdk-rust/issues/1362>
    fn roots(&self) -> Result<Roots, S3Error> {
        let Some((name, path)) = self.setting(&["AWS_CA_BUNDLE"], "ca_bundle") else {
            return Ok(Roots::Machine);
        };
        let path = match path.strip_prefix("~/").zip(std::env::home_dir()) {
            Some((rest, home)) => home.join(rest),
            None => path.into(),
        };
        let shown = Shown::path(&path);
        let pem = std::fs::read(&path).map_err(|error| {
            setting(
                name,
                format!("{shown} cannot be read ({error}); correct the path"),
            )
        })?;
        if Roots::count(&pem) == 0 {
            return Err(setting(
                name,
                format!(
                    "{shown} holds no certificate in PEM; give a file with -----BEGIN CERTIFICATE-----"
                ),
            ));
        }
        Ok(Roots::File(pem))
    }

    fn tries(&self) -> Result<u32, S3Error> {
        let tries = self.parsed::<u32>("AWS_MAX_ATTEMPTS", "max_attempts", "a number of tries")?;
        Ok(tries.unwrap_or(TRIES).max(1))
    }

    fn app(&self) -> String {
        self.setting(&["AWS_SDK_UA_APP_ID"], "sdk_ua_app_id")
            .map(|(_, app)| app)
            .filter(|app| app.len() <= 50 && app.bytes().all(|b| b.is_ascii_graphic()))
            .unwrap_or_else(|| "stscope".to_owned())
    }
}

fn custom(name: &str, url: &str) -> Result<Endpoint, S3Error> {
    let url = url.trim().trim_end_matches('/');
    let sound = url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && !uri
                .authority()
                .is_some_and(|host| host.as_str().contains('@'))
    });
    if sound {
        Ok(Endpoint::Custom {
            url: url.to_owned(),
        })
    } else {
        // What comes before an @ would be a password, so the value is not shown.
        Err(setting(
            name,
            "the endpoint is no URL of a host; write https://HOST or http://HOST:PORT".into(),
        ))
    }
}

fn setting(name: &str, why: String) -> S3Error {
    S3Error::new(name, Kind::Setting(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is decided of an environment and of a file with profiles.
    fn with<T>(variables: &[(&str, &str)], file: &str, ask: impl FnOnce(Sources<'_>) -> T) -> T {
        let mut variables = variables.to_vec();
        variables.push(("AWS_CONFIG_FILE", "/config"));
        let env = Env::from_slice(&variables);
        let fs = Fs::from_slice(&[("/config", file)]);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let profiles = runtime
            .block_on(load(&fs, &env, &EnvConfigFiles::default(), None))
            .expect("profiles");
        ask(Sources {
            env: &env,
            profiles: &profiles,
        })
    }

    const FILE: &str = "[default]\nregion = eu-north-1\nmax_attempts = 4\n\
        [profile there]\nregion = eu-west-1\nservices = mine\nendpoint_url = http://all\n\
        [profile plain]\nendpoint_url = http://all/\n\
        [services mine]\ns3 =\n  endpoint_url = http://s3.of.services\n";

    fn endpoint(variables: &[(&str, &str)], options: &S3Options) -> String {
        with(variables, FILE, |sources| match sources.endpoint(options) {
            Ok(Endpoint::Custom { url }) => url,
            Ok(Endpoint::Aws { fips, dual_stack }) => format!("aws {fips} {dual_stack}"),
            Err(error) => error.to_string(),
        })
    }

    #[test]
    fn the_endpoint_is_the_options_then_the_environments_then_the_profiles() {
        let none = S3Options::default();
        let option = S3Options {
            endpoint_url: Some("https://option:1/".into()),
            ..S3Options::default()
        };
        let (own, all) = (
            ("AWS_ENDPOINT_URL_S3", "http://own"),
            ("AWS_ENDPOINT_URL", "http://var"),
        );
        let (there, plain) = (("AWS_PROFILE", "there"), ("AWS_PROFILE", "plain"));
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        assert_eq!(endpoint(&[own, all, ignored], &option), "https://option:1");
        assert_eq!(endpoint(&[own, all, there], &none), "http://own");
        assert_eq!(endpoint(&[all, there], &none), "http://var");
        assert_eq!(endpoint(&[there], &none), "http://s3.of.services");
        assert_eq!(endpoint(&[plain], &none), "http://all");
        assert_eq!(
            endpoint(&[own, all, there, ignored], &none),
            "aws false false"
        );
        assert_eq!(
            endpoint(&[("AWS_USE_FIPS_ENDPOINT", "True")], &none),
            "aws true false"
        );
        assert_eq!(
            endpoint(&[("AWS_USE_DUALSTACK_ENDPOINT", "true")], &none),
            "aws false true"
        );
        assert!(endpoint(&[("AWS_USE_FIPS_ENDPOINT", "maybe")], &none).contains("true or false"));
    }

    #[test]
    fn a_wrong_endpoint_is_named_and_its_password_is_not_shown() {
        for url in [
            "localhost:9000",
            "ftp://x",
            "https://me:secret@host",
            "http://",
            "http://h/?a=b",
        ] {
            let error = custom("--endpoint-url", url).expect_err(url).to_string();
            assert!(
                error.starts_with("--endpoint-url: ") && !error.contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_region_is_the_options_then_the_environments_then_the_profiles() {
        let region = |variables: &[(&str, &str)], option: Option<&str>| {
            let options = S3Options {
                region: option.map(Into::into),
                ..S3Options::default()
            };
            with(variables, FILE, |sources| {
                sources.region(&options).map_err(|e| e.to_string())
            })
        };
        let (new, old) = (
            ("AWS_REGION", "us-west-2"),
            ("AWS_DEFAULT_REGION", "us-west-1"),
        );
        assert_eq!(
            region(&[new, old], Some("sa-east-1")).as_deref(),
            Ok("sa-east-1")
        );
        assert_eq!(region(&[new, old], None).as_deref(), Ok("us-west-2"));
        assert_eq!(region(&[old], None).as_deref(), Ok("us-west-1"));
        assert_eq!(
            region(&[("AWS_PROFILE", "there")], None).as_deref(),
            Ok("eu-west-1")
        );
        assert_eq!(
            region(&[("AWS_REGION", "")], None).as_deref(),
            Ok("eu-north-1")
        );
        assert_eq!(
            region(&[("AWS_PROFILE", "plain")], None).as_deref(),
            Ok("us-east-1")
        );
        assert_eq!(
            region(&[("AWS_REGION", "aws-global")], None).as_deref(),
            Ok("us-east-1")
        );
        let error = region(&[("AWS_REGION", "evil.example/")], None).expect_err("no Region");
        assert!(error.starts_with("AWS_REGION: "), "{error}");
    }

    #[test]
    fn a_profile_that_is_asked_for_has_to_exist() {
        let checked = |variables: &[(&str, &str)], profile: Option<&str>| {
            let options = S3Options {
                profile: profile.map(Into::into),
                ..S3Options::default()
            };
            with(variables, FILE, |sources| {
                sources.check_profile(&options).map_err(|e| e.to_string())
            })
        };
        assert_eq!(checked(&[], None), Ok(()));
        assert_eq!(checked(&[("AWS_PROFILE", "plain")], None), Ok(()));
        assert_eq!(checked(&[], Some("there")), Ok(()));
        let error = checked(&[("AWS_PROFILE", "gone")], None).expect_err("no profile");
        assert!(
            error.starts_with("AWS_PROFILE: there is no profile “gone”"),
            "{error}"
        );
        let error = checked(&[], Some("typo")).expect_err("no profile");
        assert!(error.starts_with("--profile: "), "{error}");
    }

    #[test]
    fn tries_and_certificates_come_from_the_environment_or_the_profile() {
        let tries =
            |variables: &[(&str, &str)]| with(variables, FILE, |sources| sources.tries().ok());
        assert_eq!(tries(&[("AWS_MAX_ATTEMPTS", "2")]), Some(2));
        assert_eq!(tries(&[]), Some(4));
        assert_eq!(tries(&[("AWS_PROFILE", "plain")]), Some(TRIES));
        assert_eq!(tries(&[("AWS_MAX_ATTEMPTS", "many")]), None);
        let roots = |path: &str| {
            with(&[("AWS_CA_BUNDLE", path)], FILE, |sources| {
                sources.roots().map(drop).map_err(|e| e.to_string())
            })
        };
        let missing = roots("/no/such/file").expect_err("no file");
        assert!(
            missing.starts_with("AWS_CA_BUNDLE: /no/such/file"),
            "{missing}"
        );
        let empty = tempfile::NamedTempFile::new().expect("a file");
        let error = roots(empty.path().to_str().expect("text")).expect_err("no certificate");
        assert!(error.contains("no certificate"), "{error}");
    }
}
