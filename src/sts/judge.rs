//! A call → its cause.
//!
//! Owns the order in which causes are tried. What an SDK does by default is in [`super::defaults`], what
//! tools do in [`super::tool`], and what to do about it in [`super::advice`].

use super::{Call, Cause};
use crate::cloudtrail::Field;

impl Cause {
    /// The cause of a global call. Of any other call it says what the cause would have been.
    ///
    /// It depends on the user agent, the action, whose copy it is, on whether the call came from inside
    /// AWS, and on whether it went to a name of the user's own, alone.
    pub fn of(call: &Call<'_>) -> Cause {
        if call.is_target_copy() {
            return Cause::AnotherAccount;
        }
        let is_mapped = call.is_through_own_host();
        let (Some(habits), Some(sdk)) = (call.habits(), call.sdk()) else {
            return match is_mapped {
                true => Cause::ExplicitEndpoint,
                false => Cause::Unrecognised,
            };
        };
        if sdk.is_aws_managed() {
            return Cause::AwsManaged;
        }
        let event_name = call.field(Field::EventName);
        if habits.overrides_endpoint {
            let overrides_itself = (habits.defaults)
                .is_some_and(|row| row.overrides_itself_without_region(event_name));
            return match overrides_itself && !is_mapped {
                true => Cause::NoRegion,
                false => Cause::EndpointOverride,
            };
        }
        if is_mapped {
            return Cause::ExplicitEndpoint;
        }
        let Some(defaults) = habits.defaults else {
            return (habits.tool).map_or(Cause::Unrecognised, |tool| tool.cause(event_name));
        };
        if habits.goes_global {
            match habits.tool {
                Some(tool) if tool.forces(sdk.name) => Cause::ExplicitEndpoint,
                _ => Cause::SdkDefault,
            }
        } else if defaults.goes_global_without_region(event_name) {
            Cause::NoRegion
        } else {
            Cause::ExplicitEndpoint
        }
    }
}
