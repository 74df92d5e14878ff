//! Records of the other services: most of an archive, and nothing stscope wants.
//!
//! Some name STS where a search for bytes would take them for its records: in trust policies,
//! in log queries, in rules.

use super::super::record::{Record, part};
use super::super::{agents, ids, json, rng::SplitMix64};
use super::scene::Scene;
use std::fmt::Write as _;

/// Replaces `record` by a call to some other service.
pub fn call(record: &mut Record, scene: &Scene, rng: &mut SplitMix64) {
    scene.begin(record, rng);
    let legacy = rng.chance(0.5);
    let by_service = rng.chance(0.12);
    if by_service {
        scene.service(record, rng.pick(agents::SERVICES));
    } else {
        scene.caller(record, scene.signed_in(rng, legacy), rng);
    }
    let event = Event {
        account: scene.account.id.clone(),
        region: scene.region,
        time: scene.time,
    };
    let compose = EVENTS[rng.below(EVENTS.len())];
    compose(&event, record, rng);
    if rng.chance(0.03) {
        record.error_code.push_str(rng.pick(&[
            "AccessDenied",
            "ThrottlingException",
            "Client.UnauthorizedOperation",
            "NoSuchEntityException",
        ]));
        record
            .error_message
            .push_str("The request was denied: no identity-based policy allows the action");
        record.response.clear();
    }
    if !by_service {
        let service = record.source.trim_end_matches(".amazonaws.com");
        let host = format!("{service}.{}.amazonaws.com", scene.region);
        part::tls(&mut record.tls, &host, "");
    }
}

struct Event {
    account: String,
    region: &'static str,
    time: i64,
}

type Compose = fn(&Event, &mut Record, &mut SplitMix64);

/// Named more than once: comes more often.
const EVENTS: &[Compose] = &[
    Event::s3_get_object,
    Event::s3_get_object,
    Event::s3_put_object,
    Event::s3_bucket_policy,
    Event::s3_website,
    Event::kms_decrypt,
    Event::kms_decrypt,
    Event::kms_data_key,
    Event::kms_grant,
    Event::ec2_describe_instances,
    Event::ec2_describe_instances,
    Event::ec2_run_instances,
    Event::ec2_network_interface,
    Event::ec2_security_group,
    Event::logs_create_stream,
    Event::logs_query,
    Event::dynamodb_describe,
    Event::dynamodb_update,
    Event::iam_create_role,
    Event::iam_put_role_policy,
    Event::iam_get_role,
    Event::lambda_invoke,
    Event::lambda_update,
    Event::ecs_describe_tasks,
    Event::ecs_register,
    Event::sqs_receive,
    Event::sqs_create,
    Event::cloudwatch_alarm,
    Event::cloudwatch_dashboard,
    Event::ssm_parameters,
    Event::secrets_get,
    Event::cloudformation,
    Event::events_rule,
    Event::ecr_image,
    Event::elb_health,
    Event::glue_table,
];

impl Event {
    fn is(&self, record: &mut Record, source: &str, name: &str, read_only: bool) {
        record.source.push_str(source);
        record.name.push_str(name);
        record.read_only = read_only;
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:aws:{service}:{}:{}:{resource}",
            self.region, self.account
        )
    }

    fn data(&self, record: &mut Record) {
        record.category.clear();
        record.category.push_str("Data");
    }

    fn object(&self, record: &mut Record, rng: &mut SplitMix64, name: &str, read_only: bool) {
        self.is(record, "s3.amazonaws.com", name, read_only);
        self.data(record);
        let bucket = format!(
            "example-{}-{}",
            rng.pick(&["raw", "curated", "logs", "assets"]),
            self.account
        );
        let mut key = format!(
            "tenant={}/dt=2025-11-{:02}/part-",
            rng.below(40),
            1 + rng.below(28)
        );
        ids::hex(&mut key, rng, 8);
        key.push_str(rng.pick(&[".parquet", ".json.gz", ".csv"]));
        let read = rng.below(4_000_000) as u64;
        json::set(&mut record.request, |request| {
            request
                .text("bucketName", &bucket)
                .plain("Host", |out| {
                    let _ = write!(out, "{bucket}.s3.{}.amazonaws.com", self.region);
                })
                .text("key", &key);
        });
        json::set(&mut record.additional, |additional| {
            additional
                .text("SignatureVersion", "SigV4")
                .text("CipherSuite", "TLS_AES_128_GCM_SHA256")
                .number("bytesTransferredIn", if read_only { 0 } else { read })
                .text("AuthenticationMethod", "AuthHeader")
                .plain("x-amz-id-2", |out| ids::base64(out, rng, 56))
                .number("bytesTransferredOut", if read_only { read } else { 0 });
        });
        let _ = write!(
            record.resources,
            r#"[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::{bucket}/{key}"}},{{"accountId":"{}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::{bucket}"}}]"#,
            self.account
        );
        // S3 puts the agent in brackets.
        record.agent.insert(0, '[');
        record.agent.push(']');
    }

    fn s3_get_object(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.object(record, rng, "GetObject", true);
    }

    fn s3_put_object(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.object(record, rng, "PutObject", false);
        record
            .response
            .push_str(r#"{"x-amz-server-side-encryption":"AES256"}"#);
    }

    fn s3_bucket_policy(&self, record: &mut Record, _: &mut SplitMix64) {
        self.is(record, "s3.amazonaws.com", "PutBucketPolicy", false);
        let _ = write!(
            record.request,
            r#"{{"bucketPolicy":{{"Version":"2012-10-17","Statement":[{{"Sid":"Logs","Effect":"Allow","Principal":{{"Service":["cloudtrail.amazonaws.com","sts.amazonaws.com"]}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::example-logs-{0}/*","Condition":{{"StringEquals":{{"aws:SourceAccount":"{0}"}}}}}}]}},"bucketName":"example-logs-{0}","policy":""}}"#,
            self.account
        );
    }

    fn s3_website(&self, record: &mut Record, _: &mut SplitMix64) {
        self.is(record, "s3.amazonaws.com", "PutBucketWebsite", false);
        json::set(&mut record.request, |request| {
            request.text("bucketName", "example-assets").markup(
                "WebsiteConfiguration",
                "<WebsiteConfiguration xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition></RoutingRule></RoutingRules></WebsiteConfiguration>",
            );
        });
    }

    fn key_resource(&self, record: &mut Record, rng: &mut SplitMix64) -> String {
        let mut own = SplitMix64::of(&[
            rng.skewed(12) as u64,
            self.account.bytes().map(u64::from).sum(),
        ]);
        let mut key = String::from("key/");
        ids::uuid(&mut key, &mut own);
        let arn = self.arn("kms", &key);
        let _ = write!(
            record.resources,
            r#"[{{"accountId":"{}","type":"AWS::KMS::Key","ARN":"{arn}"}}]"#,
            self.account
        );
        arn
    }

    fn kms_decrypt(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "kms.amazonaws.com", "Decrypt", true);
        self.key_resource(record, rng);
        let context = self.arn("s3", "example-curated");
        json::set(&mut record.request, |request| {
            request
                .object("encryptionContext", |pairs| {
                    pairs.text("aws:s3:arn", &context);
                })
                .text("encryptionAlgorithm", "SYMMETRIC_DEFAULT");
        });
    }

    fn kms_data_key(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "kms.amazonaws.com", "GenerateDataKey", true);
        let key = self.key_resource(record, rng);
        json::set(&mut record.request, |request| {
            request
                .text("keySpec", "AES_256")
                .object("encryptionContext", |pairs| {
                    pairs.text("aws:sqs:arn", &self.arn("sqs", "orders"));
                })
                .text("keyId", &key);
        });
    }

    fn kms_grant(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "kms.amazonaws.com", "CreateGrant", false);
        let key = self.key_resource(record, rng);
        json::set(&mut record.request, |request| {
            request
                .text("keyId", &key)
                .raw("operations", r#"["Decrypt","Encrypt","GenerateDataKeyWithoutPlaintext","ReEncryptFrom","ReEncryptTo","CreateGrant"]"#)
                .raw("constraints", r#"{"encryptionContextSubset":{"aws:ebs:id":"vol-0aaaaaaaaaaaaaaaa"}}"#)
                .text("granteePrincipal", "ec2.amazonaws.com")
                .text("retiringPrincipal", "sts.amazonaws.com");
        });
        json::set(&mut record.response, |response| {
            response
                .plain("grantId", |out| ids::hex(out, rng, 64))
                .text("keyId", &key);
        });
    }

    fn ec2_describe_instances(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "ec2.amazonaws.com", "DescribeInstances", true);
        record
            .request
            .push_str(r#"{"maxResults":1000,"instancesSet":{"items":["#);
        for n in 0..1 + rng.skewed(10) {
            record.request.push_str(if n == 0 { "" } else { "," });
            record.request.push_str(r#"{"instanceId":"i-0"#);
            // The same instances again and again.
            ids::hex(
                &mut record.request,
                &mut SplitMix64::of(&[rng.skewed(60) as u64]),
                16,
            );
            record.request.push_str("\"}");
        }
        record.request.push_str(r#"]},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"pending"}]}},{"name":"tag:aws:autoscaling:groupName","valueSet":{"items":[{"value":"search-api"}]}}]}}"#);
    }

    fn ec2_run_instances(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "ec2.amazonaws.com", "RunInstances", false);
        record.request.push_str(r#"{"instancesSet":{"items":[{"imageId":"ami-0aaaaaaaaaaaaaaaa","minCount":1,"maxCount":1}]},"userData":"<sensitiveDataRemoved>","instanceType":"m7g.large","blockDeviceMapping":{},"monitoring":{"enabled":true},"disableApiTermination":false,"iamInstanceProfile":{"name":"search-api"},"metadataOptions":{"httpTokens":"required","httpPutResponseHopLimit":2}}"#);
        let mut instance = String::from("i-0");
        ids::hex(&mut instance, rng, 16);
        let _ = write!(
            record.response,
            r#"{{"reservationId":"r-0aaaaaaaaaaaaaaaa","ownerId":"{}","groupSet":{{}},"instancesSet":{{"items":[{{"instanceId":"{instance}","imageId":"ami-0aaaaaaaaaaaaaaaa","instanceState":{{"code":0,"name":"pending"}},"privateDnsName":"ip-10-20-1-{}.{}.compute.internal","amiLaunchIndex":0,"instanceType":"m7g.large","launchTime":{}000,"placement":{{"availabilityZone":"{}a","tenancy":"default"}},"monitoring":{{"state":"pending"}},"subnetId":"subnet-0bbbbbbbbbbbbbbbb","vpcId":"vpc-0cccccccccccccccc","architecture":"arm64","rootDeviceType":"ebs","virtualizationType":"hvm","hypervisor":"xen","tagSet":{{"items":[{{"key":"Name","value":"search-api"}},{{"key":"team","value":"search"}}]}},"ebsOptimized":false,"enaSupport":true}}]}}}}"#,
            self.account,
            rng.below(250),
            self.region,
            self.time,
            self.region
        );
    }

    fn ec2_network_interface(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "ec2.amazonaws.com", "CreateNetworkInterface", false);
        record.request.push_str(r#"{"subnetId":"subnet-0bbbbbbbbbbbbbbbb","description":"AWS Lambda VPC ENI","groupSet":{"items":[{"groupId":"sg-0dddddddddddddddd"}]},"privateIpAddressesSet":{}}"#);
        record
            .response
            .push_str(r#"{"networkInterface":{"networkInterfaceId":"eni-0"#);
        ids::hex(&mut record.response, rng, 16);
        let _ = write!(
            record.response,
            r#"","subnetId":"subnet-0bbbbbbbbbbbbbbbb","vpcId":"vpc-0cccccccccccccccc","availabilityZone":"{}b","ownerId":"{}","requesterManaged":false,"status":"pending","sourceDestCheck":true,"tagSet":{{}}}}}}"#,
            self.region, self.account
        );
    }

    fn ec2_security_group(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(
            record,
            "ec2.amazonaws.com",
            "AuthorizeSecurityGroupIngress",
            false,
        );
        let _ = write!(
            record.request,
            r#"{{"groupId":"sg-0dddddddddddddddd","ipPermissions":{{"items":[{{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{{}},"ipRanges":{{"items":[{{"cidrIp":"10.{}.0.0/16","description":"vpce for sts.amazonaws.com"}}]}},"ipv6Ranges":{{}},"prefixListIds":{{}}}}]}}}}"#,
            rng.below(250)
        );
        record.response.push_str(r#"{"_return":true}"#);
    }

    fn logs_create_stream(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "logs.amazonaws.com", "CreateLogStream", false);
        json::set(&mut record.request, |request| {
            request
                .text("logGroupName", "/aws/lambda/checkout-api")
                .plain("logStreamName", |out| {
                    out.push_str("2025/11/03/[$LATEST]");
                    ids::hex(out, rng, 32);
                });
        });
    }

    fn logs_query(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "logs.amazonaws.com", "StartQuery", true);
        json::set(&mut record.request, |request| {
            request
                .text("logGroupName", "aws-cloudtrail-logs")
                .text(
                    "queryString",
                    "fields @timestamp, userIdentity.arn\n| filter eventSource = \"sts.amazonaws.com\" and tlsDetails.clientProvidedHostHeader = \"sts.amazonaws.com\"\n| stats count(*) by userIdentity.arn",
                )
                .number("startTime", self.time as u64 - 3600)
                .number("endTime", self.time as u64);
        });
        json::set(&mut record.response, |response| {
            response.plain("queryId", |out| ids::uuid(out, rng));
        });
    }

    fn dynamodb_describe(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "dynamodb.amazonaws.com", "DescribeTable", true);
        let table = rng.pick(&["orders", "sessions", "carts", "locks"]);
        json::set(&mut record.request, |request| {
            request.text("tableName", table);
        });
        let _ = write!(
            record.resources,
            r#"[{{"accountId":"{}","type":"AWS::DynamoDB::Table","ARN":"{}"}}]"#,
            self.account,
            self.arn("dynamodb", &format!("table/{table}"))
        );
    }

    fn dynamodb_update(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "dynamodb.amazonaws.com", "UpdateItem", false);
        self.data(record);
        record
            .request
            .push_str(r#"{"tableName":"locks","key":{"lockId":{"s":"terraform-"#);
        ids::hex(&mut record.request, rng, 12);
        record.request.push_str(r##""}},"returnValues":"NONE","expressionAttributeNames":{"#ttl":"ttl","#owner":"owner"},"conditionExpression":"attribute_not_exists(lockId) OR #ttl \u003c :now","items":["lockId","ttl"]}"##);
    }

    fn iam_create_role(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "iam.amazonaws.com", "CreateRole", false);
        let role = format!("tmp-{}", rng.below(100_000));
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"sts.amazonaws.com","AWS":"arn:aws:iam::{}:root"}},"Action":"sts:AssumeRole","Condition":{{"StringEquals":{{"sts:ExternalId":"eventSource\":\"sts.amazonaws.com"}}}}}}]}}"#,
            self.account
        );
        json::set(&mut record.request, |request| {
            request
                .text("roleName", &role)
                .text("description", "made by \"platform\"")
                .text("assumeRolePolicyDocument", &trust);
        });
        json::set(&mut record.response, |response| {
            response.object("role", |answer| {
                answer.text("path", "/").text("roleName", &role);
                answer.plain("roleId", |out| ids::iam(out, rng, "AROA"));
                answer.plain("arn", |out| {
                    let _ = write!(out, "arn:aws:iam::{}:role/{role}", self.account);
                });
                // IAM answers with the document percent-encoded.
                answer.text("assumeRolePolicyDocument", "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22sts.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D");
            });
        });
    }

    fn iam_put_role_policy(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "iam.amazonaws.com", "PutRolePolicy", false);
        let document = format!(
            "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {{\n      \"Effect\": \"Deny\",\n      \"Action\": \"sts:*\",\n      \"Resource\": \"*\",\n      \"Condition\": {{\"StringNotEquals\": {{\"aws:RequestedRegion\": [\"us-east-1\", \"{}\"]}}}}\n    }}\n  ]\n}}",
            self.region
        );
        json::set(&mut record.request, |request| {
            request
                .plain("roleName", |out| {
                    let _ = write!(out, "tmp-{}", rng.below(100_000));
                })
                .text("policyName", "regions")
                .text("policyDocument", &document);
        });
    }

    fn iam_get_role(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "iam.amazonaws.com", "GetRole", true);
        json::set(&mut record.request, |request| {
            request.text(
                "roleName",
                rng.pick(&["search-api", "ledger-batch", "ci-deploy"]),
            );
        });
    }

    fn lambda_invoke(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "lambda.amazonaws.com", "Invoke", false);
        self.data(record);
        let function = self.arn(
            "lambda",
            &format!(
                "function:{}",
                rng.pick(&["checkout-api", "resize", "notify"])
            ),
        );
        json::set(&mut record.request, |request| {
            request
                .text("functionName", &function)
                .text("invocationType", "RequestResponse");
        });
        json::set(&mut record.additional, |additional| {
            additional.plain("functionVersion", |out| {
                let _ = write!(out, "{function}:$LATEST");
            });
        });
        let _ = write!(
            record.resources,
            r#"[{{"accountId":"{}","type":"AWS::Lambda::Function","ARN":"{function}"}}]"#,
            self.account
        );
    }

    fn lambda_update(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(
            record,
            "lambda.amazonaws.com",
            "UpdateFunctionConfiguration20150331v2",
            false,
        );
        record.request.push_str(r#"{"functionName":"checkout-api","environment":{"variables":{"AWS_STS_REGIONAL_ENDPOINTS":"***"}},"layers":[],"timeout":30}"#);
        record.response.push_str(r#"{"functionName":"checkout-api","runtime":"python3.12","handler":"app.handler","codeSize":48213,"memorySize":512,"timeout":30,"tracingConfig":{"mode":"PassThrough"},"revisionId":""#);
        ids::uuid(&mut record.response, rng);
        record.response.push_str(r#"","state":"Active","lastUpdateStatus":"InProgress","packageType":"Zip","architectures":["arm64"],"ephemeralStorage":{"size":512},"snapStart":{"applyOn":"None","optimizationStatus":"Off"},"loggingConfig":{"logFormat":"Text","logGroup":"/aws/lambda/checkout-api"}}"#);
    }

    fn ecs_describe_tasks(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "ecs.amazonaws.com", "DescribeTasks", true);
        record.request.push_str(r#"{"cluster":"apps","tasks":["#);
        for n in 0..1 + rng.skewed(8) {
            record.request.push_str(if n == 0 { "\"" } else { ",\"" });
            record.request.push_str(&self.arn("ecs", "task/apps/"));
            ids::hex(
                &mut record.request,
                &mut SplitMix64::of(&[rng.skewed(60) as u64]),
                32,
            );
            record.request.push('"');
        }
        record.request.push_str("]}");
    }

    fn ecs_register(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "ecs.amazonaws.com", "RegisterTaskDefinition", false);
        let _ = write!(
            record.request,
            r#"{{"family":"ledger","networkMode":"awsvpc","cpu":"512","memory":"1024","requiresCompatibilities":["FARGATE"],"executionRoleArn":"arn:aws:iam::{0}:role/ecs-exec","containerDefinitions":[{{"name":"app","image":"{0}.dkr.ecr.{1}.amazonaws.com/ledger:{2}","essential":true,"portMappings":[{{"containerPort":8080,"protocol":"tcp"}}],"environment":[{{"name":"AWS_ENDPOINT_URL_STS","value":"https://sts.amazonaws.com"}},{{"name":"LOG_LEVEL","value":"info"}}],"logConfiguration":{{"logDriver":"awslogs","options":{{"awslogs-group":"/ecs/ledger","awslogs-region":"{1}","awslogs-stream-prefix":"app"}}}},"healthCheck":{{"command":["CMD-SHELL","curl -sf http://localhost:8080/health || exit 1"],"interval":30}}}}]}}"#,
            self.account,
            self.region,
            rng.below(9000)
        );
    }

    fn sqs_receive(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "sqs.amazonaws.com", "ReceiveMessage", true);
        self.data(record);
        json::set(&mut record.request, |request| {
            request
                .plain("queueUrl", |out| {
                    let queue = rng.pick(&["orders", "emails", "thumbnails"]);
                    let _ = write!(
                        out,
                        "https://sqs.{}.amazonaws.com/{}/{queue}",
                        self.region, self.account
                    );
                })
                .number("maxNumberOfMessages", 10)
                .number("waitTimeSeconds", 20);
        });
    }

    fn sqs_create(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "sqs.amazonaws.com", "CreateQueue", false);
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Service":"sns.amazonaws.com"}},"Action":"sqs:SendMessage","Resource":"{}"}}}}"#,
            self.arn("sqs", "orders")
        );
        json::set(&mut record.request, |request| {
            request
                .plain("queueName", |out| {
                    let _ = write!(out, "orders-{}", rng.below(1000));
                })
                .object("attributes", |attributes| {
                    attributes
                        .text("VisibilityTimeout", "30")
                        .text("SqsManagedSseEnabled", "true")
                        .text("Policy", &policy);
                });
        });
    }

    fn cloudwatch_alarm(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "monitoring.amazonaws.com", "PutMetricAlarm", false);
        let _ = write!(
            record.request,
            r#"{{"alarmName":"orders-age-{}","actionsEnabled":true,"alarmActions":["{}"],"metricName":"ApproximateAgeOfOldestMessage","namespace":"AWS/SQS","statistic":"Maximum","dimensions":[{{"name":"QueueName","value":"orders"}}],"period":60,"evaluationPeriods":5,"threshold":3.0E2,"comparisonOperator":"GreaterThanThreshold","treatMissingData":"notBreaching"}}"#,
            rng.below(100),
            self.arn("sns", "on-call")
        );
    }

    fn cloudwatch_dashboard(&self, record: &mut Record, _: &mut SplitMix64) {
        self.is(record, "monitoring.amazonaws.com", "PutDashboard", false);
        json::set(&mut record.request, |request| {
            request.text("dashboardName", "sts").markup(
                "dashboardBody",
                "{\"widgets\":[{\"type\":\"text\",\"properties\":{\"markdown\":\"<b>sts.amazonaws.com</b> & friends: who's left?\"}},{\"type\":\"metric\",\"properties\":{\"metrics\":[[\"AWS/Usage\",\"CallCount\",\"Service\",\"STS\"]]}}]}",
            );
        });
    }

    fn ssm_parameters(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "ssm.amazonaws.com", "GetParameters", true);
        let _ = write!(
            record.request,
            r#"{{"names":["/app/{0}/db/host","/app/{0}/db/user","/app/{0}/db/password"],"withDecryption":true}}"#,
            rng.below(40)
        );
    }

    fn secrets_get(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(
            record,
            "secretsmanager.amazonaws.com",
            "GetSecretValue",
            true,
        );
        json::set(&mut record.request, |request| {
            request.text(
                "secretId",
                &self.arn(
                    "secretsmanager",
                    &format!("secret:app/{}-AbCdEf", rng.below(40)),
                ),
            );
        });
    }

    fn cloudformation(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(
            record,
            "cloudformation.amazonaws.com",
            "DescribeStackEvents",
            true,
        );
        let mut stack = self.arn("cloudformation", "stack/platform/");
        ids::uuid(&mut stack, rng);
        json::set(&mut record.request, |request| {
            request.text("stackName", &stack);
        });
    }

    fn events_rule(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "events.amazonaws.com", "PutRule", false);
        json::set(&mut record.request, |request| {
            request
                .plain("name", |out| {
                    let _ = write!(out, "sts-watch-{}", rng.below(100));
                })
                .text("eventPattern", r#"{"source":["aws.sts"],"detail":{"eventSource":["sts.amazonaws.com"],"eventName":["AssumeRole"]}}"#)
                .text("state", "ENABLED");
        });
        json::set(&mut record.response, |response| {
            response.text("ruleArn", &self.arn("events", "rule/sts-watch"));
        });
    }

    fn ecr_image(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "ecr.amazonaws.com", "BatchGetImage", true);
        record
            .request
            .push_str(r#"{"repositoryName":"ledger","imageIds":[{"imageDigest":"sha256:"#);
        ids::hex(&mut record.request, rng, 64);
        let _ = write!(
            record.request,
            r#""}}],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v2+json","application/vnd.oci.image.manifest.v1+json","application/vnd.oci.image.index.v1+json"],"registryId":"{}"}}"#,
            self.account
        );
    }

    fn elb_health(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(
            record,
            "elasticloadbalancing.amazonaws.com",
            "DescribeTargetHealth",
            true,
        );
        let group = rng.pick(&[
            "targetgroup/search/1111111111111111",
            "targetgroup/cart/2222222222222222",
        ]);
        json::set(&mut record.request, |request| {
            request.text("targetGroupArn", &self.arn("elasticloadbalancing", group));
        });
    }

    fn glue_table(&self, record: &mut Record, rng: &mut SplitMix64) {
        self.is(record, "glue.amazonaws.com", "GetTable", true);
        json::set(&mut record.request, |request| {
            request
                .text("databaseName", "lake")
                .text("name", rng.pick(&["cloudtrail", "orders", "clicks"]));
        });
    }
}
