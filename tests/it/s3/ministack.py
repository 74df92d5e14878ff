"""MiniStack, an S3 with IAM that checks signatures and policies.

    python3 ministack.py install VENV     makes the folder with it
    VENV/bin/python ministack.py prepare ENDPOINT   fills it, and prints the keys of its users
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

import pypi

PACKAGES = ["ministack==1.5.33", "boto3==1.43.106"]
ACCOUNTS = ["111122223333", "444455556666"]


def prepare(endpoint):
    import boto3

    def client(service, region="eu-central-1"):
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    s3 = client("s3")
    s3.create_bucket(
        Bucket="trail",
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    for account in ACCOUNTS:
        for region in ["us-east-1", "eu-west-1"]:
            for day in ["2025/10/31", "2025/11/01", "2025/11/02"]:
                key = f"AWSLogs/{account}/CloudTrail/{region}/{day}/x.json.gz"
                s3.put_object(Bucket="trail", Key=key, Body=key.encode())
    for key in ["odd//key", "odd/./dot", "odd/../dots", "odd/ä +%&=", "odd/folder/"]:
        body = b"" if key.endswith("/") else key.encode()
        s3.put_object(Bucket="trail", Key=key, Body=body)
    s3.put_object(Bucket="trail", Key="cold/g", Body=b"x", StorageClass="GLACIER")

    iam = client("iam")

    def user(name, statements):
        iam.create_user(UserName=name)
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return [key["AccessKeyId"], key["SecretAccessKey"]]

    def lists(prefixes, bucket="trail"):
        return {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": prefixes}},
        }

    def gets(keys):
        resource = f"arn:aws:s3:::trail/{keys}"
        return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}

    print(
        json.dumps(
            {
                "all": user("all", [lists(["*"], "*"), gets("*")]),
                "logs": user("logs", [lists(["AWSLogs/*"]), gets("AWSLogs/*/CloudTrail/*")]),
                "lists": user("lists", [lists(["*"])]),
                "nothing": user("nothing", [lists(["elsewhere/*"])]),
            }
        )
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install", venv]:
            pypi.install(pathlib.Path(venv), PACKAGES)
        case ["prepare", endpoint]:
            prepare(endpoint)
        case _:
            sys.exit(__doc__)
