//! Kinds of token that are known by their first letters.

use super::checksum::crc_holds;
use super::prefixed::Alphabet::{Base62, Base64, Hex, Link, Upper, Url, UrlDots};
use super::prefixed::Proof::{Checksum, Random, Shape};
use super::prefixed::{Alphabet, Prefixed, Proof};
use crate::trigger::{Reader, Rule};

/// One row: the prefix in lower case wakes the rule, the true one must stand there.
macro_rules! tokens {
    ($($trigger:literal, $prefix:literal, $id:literal, $alphabet:expr, $length:expr, $proof:expr;)*) => {
        /// One rule per kind.
        pub(super) const RULES: &[Rule] = &[$(
            Rule {
                triggers: &[$trigger],
                reader: Reader::Prefixed(Prefixed {
                    id: $id, prefix: $prefix, alphabet: $alphabet, length: $length, proof: $proof,
                }),
            },
        )*];
    };
}

const CRC: Proof = Checksum(crc_holds);
const HOOK: Alphabet = Link;

tokens! {
    "akia", "AKIA", "secret/aws-access-key-id", Upper, 16..=16, Shape;
    "asia", "ASIA", "secret/aws-access-key-id", Upper, 16..=16, Shape;
    "abia", "ABIA", "secret/aws-access-key-id", Upper, 16..=16, Shape;
    "acca", "ACCA", "secret/aws-access-key-id", Upper, 16..=16, Shape;
    "ghp_", "ghp_", "secret/github-token", Base62, 36..=251, CRC;
    "gho_", "gho_", "secret/github-token", Base62, 36..=251, CRC;
    "ghu_", "ghu_", "secret/github-token", Base62, 36..=251, CRC;
    "ghs_", "ghs_", "secret/github-token", Base62, 36..=251, CRC;
    "ghr_", "ghr_", "secret/github-token", Base62, 36..=251, CRC;
    "github_pat_", "github_pat_", "secret/github-token", Url, 60..=255, Shape;
    "glpat-", "glpat-", "secret/gitlab-token", UrlDots, 20..=120, Shape;
    "gldt-", "gldt-", "secret/gitlab-token", Url, 20..=64, Shape;
    "glrt-", "glrt-", "secret/gitlab-token", UrlDots, 20..=64, Shape;
    "glptt-", "glptt-", "secret/gitlab-token", Hex, 40..=40, Shape;
    "glcbt-", "glcbt-", "secret/gitlab-token", Url, 20..=64, Shape;
    "glsoat-", "glsoat-", "secret/gitlab-token", Url, 20..=64, Shape;
    "gloas-", "gloas-", "secret/gitlab-token", Hex, 64..=64, Shape;
    "xoxb-", "xoxb-", "secret/slack-token", Url, 20..=255, Shape;
    "xoxp-", "xoxp-", "secret/slack-token", Url, 20..=255, Shape;
    "xoxa-", "xoxa-", "secret/slack-token", Url, 20..=255, Shape;
    "xoxr-", "xoxr-", "secret/slack-token", Url, 20..=255, Shape;
    "xoxs-", "xoxs-", "secret/slack-token", Url, 20..=255, Shape;
    "xoxe-", "xoxe-", "secret/slack-token", Url, 20..=255, Shape;
    "xoxe.xox", "xoxe.xox", "secret/slack-token", UrlDots, 20..=300, Shape;
    "xapp-", "xapp-", "secret/slack-token", Url, 30..=255, Shape;
    "https://hooks.slack.com/services/", "https://hooks.slack.com/services/", "secret/slack-webhook", HOOK, 24..=200, Shape;
    "https://hooks.slack.com/workflows/", "https://hooks.slack.com/workflows/", "secret/slack-webhook", HOOK, 24..=200, Shape;
    "https://hooks.slack.com/triggers/", "https://hooks.slack.com/triggers/", "secret/slack-webhook", HOOK, 24..=200, Shape;
    "https://discord.com/api/webhooks/", "https://discord.com/api/webhooks/", "secret/discord-webhook", HOOK, 40..=200, Shape;
    "https://discordapp.com/api/webhooks/", "https://discordapp.com/api/webhooks/", "secret/discord-webhook", HOOK, 40..=200, Shape;
    "https://hooks.zapier.com/hooks/catch/", "https://hooks.zapier.com/hooks/catch/", "secret/zapier-webhook", HOOK, 8..=200, Shape;
    "sk_live_", "sk_live_", "secret/stripe-key", Base62, 16..=250, Shape;
    "rk_live_", "rk_live_", "secret/stripe-key", Base62, 16..=250, Shape;
    "sk_test_", "sk_test_", "secret/stripe-key", Base62, 16..=250, Shape;
    "rk_test_", "rk_test_", "secret/stripe-key", Base62, 16..=250, Shape;
    "whsec_", "whsec_", "secret/stripe-webhook", Base64, 24..=100, Shape;
    "aiza", "AIza", "secret/google-api-key", Url, 35..=35, Shape;
    "gocspx-", "GOCSPX-", "secret/google-oauth", Url, 28..=28, Shape;
    "ya29.", "ya29.", "secret/google-oauth", UrlDots, 20..=2048, Shape;
    "1//0", "1//0", "secret/google-oauth", Url, 40..=200, Random;
    "sk-ant-", "sk-ant-", "secret/anthropic-key", Url, 20..=255, Shape;
    "sk-proj-", "sk-proj-", "secret/openai-key", Url, 20..=255, Shape;
    "sk-svcacct-", "sk-svcacct-", "secret/openai-key", Url, 20..=255, Shape;
    "sk-admin-", "sk-admin-", "secret/openai-key", Url, 20..=255, Shape;
    "sk-or-v1-", "sk-or-v1-", "secret/openrouter-key", Hex, 64..=64, Shape;
    "sk-", "sk-", "secret/openai-key", Base62, 20..=64, Random;
    "npm_", "npm_", "secret/npm-token", Base62, 36..=36, CRC;
    "pypi-", "pypi-", "secret/pypi-token", Url, 60..=300, Shape;
    "sg.", "SG.", "secret/sendgrid-key", UrlDots, 60..=72, Shape;
    "key-", "key-", "secret/mailgun-key", Hex, 32..=32, Shape;
    "hf_", "hf_", "secret/huggingface-token", Base62, 34..=40, Shape;
    "api_org_", "api_org_", "secret/huggingface-token", Base62, 34..=34, Random;
    "dop_v1_", "dop_v1_", "secret/digitalocean-token", Hex, 64..=64, Shape;
    "doo_v1_", "doo_v1_", "secret/digitalocean-token", Hex, 64..=64, Shape;
    "dor_v1_", "dor_v1_", "secret/digitalocean-token", Hex, 64..=64, Shape;
    "dckr_pat_", "dckr_pat_", "secret/docker-token", Url, 20..=40, Shape;
    "dckr_oat_", "dckr_oat_", "secret/docker-token", Url, 20..=40, Shape;
    "dapi", "dapi", "secret/databricks-token", Hex, 32..=32, Shape;
    "shpat_", "shpat_", "secret/shopify-token", Base62, 32..=32, Shape;
    "shpss_", "shpss_", "secret/shopify-token", Base62, 32..=32, Shape;
    "shpca_", "shpca_", "secret/shopify-token", Base62, 32..=32, Shape;
    "shppa_", "shppa_", "secret/shopify-token", Base62, 32..=32, Shape;
    "sq0atp-", "sq0atp-", "secret/square-token", Url, 22..=60, Shape;
    "sq0csp-", "sq0csp-", "secret/square-token", Url, 43..=60, Shape;
    "eaaa", "EAAA", "secret/square-token", Url, 60..=60, Random;
    "lin_api_", "lin_api_", "secret/linear-key", Base62, 32..=48, Shape;
    "lin_oauth_", "lin_oauth_", "secret/linear-key", Base62, 32..=64, Shape;
    "ntn_", "ntn_", "secret/notion-token", Base62, 40..=50, Random;
    "secret_", "secret_", "secret/notion-token", Base62, 43..=43, Random;
    "hvs.", "hvs.", "secret/vault-token", Url, 24..=200, Shape;
    "hvb.", "hvb.", "secret/vault-token", Url, 24..=300, Shape;
    "hvr.", "hvr.", "secret/vault-token", Url, 24..=300, Shape;
    "age-secret-key-1", "AGE-SECRET-KEY-1", "secret/age-key", Upper, 58..=58, Shape;
    "atatt3x", "ATATT3x", "secret/atlassian-token", UrlDots, 100..=300, Shape;
    "atctt3x", "ATCTT3x", "secret/atlassian-token", UrlDots, 100..=300, Shape;
    "sbp_", "sbp_", "secret/supabase-token", Hex, 40..=40, Shape;
    "sntrys_", "sntrys_", "secret/sentry-token", Base64, 40..=400, Shape;
    "sntryu_", "sntryu_", "secret/sentry-token", Hex, 64..=64, Shape;
    "glsa_", "glsa_", "secret/grafana-token", Url, 40..=48, Shape;
    "glc_", "glc_", "secret/grafana-token", Base64, 32..=400, Random;
    "nvapi-", "nvapi-", "secret/nvidia-key", Url, 60..=80, Shape;
    "gsk_", "gsk_", "secret/groq-key", Base62, 48..=60, Shape;
    "xai-", "xai-", "secret/xai-key", Url, 70..=90, Shape;
    "pplx-", "pplx-", "secret/perplexity-key", Base62, 40..=60, Shape;
    "r8_", "r8_", "secret/replicate-token", Base62, 37..=40, Random;
    "rubygems_", "rubygems_", "secret/rubygems-key", Hex, 48..=48, Shape;
    "pscale_tkn_", "pscale_tkn_", "secret/planetscale-token", UrlDots, 32..=64, Shape;
    "pscale_pw_", "pscale_pw_", "secret/planetscale-token", UrlDots, 32..=64, Shape;
    "phc_", "phc_", "secret/posthog-key", Base62, 40..=50, Random;
    "phx_", "phx_", "secret/posthog-key", Base62, 40..=50, Random;
    "pul-", "pul-", "secret/pulumi-token", Hex, 40..=40, Shape;
    "nrak-", "NRAK-", "secret/newrelic-key", Upper, 27..=27, Shape;
    "tskey-", "tskey-", "secret/tailscale-key", Url, 20..=80, Shape;
    "fo1_", "fo1_", "secret/fly-token", Url, 40..=60, Random;
    "figd_", "figd_", "secret/figma-token", Url, 38..=60, Shape;
    "pmak-", "PMAK-", "secret/postman-key", Url, 50..=64, Shape;
    "dt0c01.", "dt0c01.", "secret/dynatrace-token", UrlDots, 80..=100, Shape;
    "sgp_", "sgp_", "secret/sourcegraph-token", Base62, 40..=60, Shape;
    "fio-u-", "fio-u-", "secret/frameio-token", Url, 60..=70, Shape;
    "mdb_sa_sk_", "mdb_sa_sk_", "secret/mongodb-key", Url, 40..=40, Shape;
    "shltm_", "shltm_", "secret/flexport-token", Url, 40..=40, Shape;
    "tfp_", "tfp_", "secret/typeform-token", Url, 40..=64, Shape;
    "rdme_", "rdme_", "secret/readme-key", Base62, 64..=72, Shape;
    "sk_", "sk_", "secret/elevenlabs-key", Hex, 48..=48, Shape;
    "squ_", "squ_", "secret/sonarqube-token", Hex, 40..=40, Shape;
    "sqp_", "sqp_", "secret/sonarqube-token", Hex, 40..=40, Shape;
    "cfpat-", "CFPAT-", "secret/contentful-token", Url, 43..=43, Shape;
    "pat-na1-", "pat-na1-", "secret/hubspot-token", Url, 36..=36, Shape;
    "pat-eu1-", "pat-eu1-", "secret/hubspot-token", Url, 36..=36, Shape;
    "xkeysib-", "xkeysib-", "secret/brevo-key", Url, 70..=90, Shape;
}

#[cfg(test)]
mod tests {
    use super::super::check;

    // Cut in two, so that no scanner takes this file for one that leaks.
    #[test]
    fn tokens() {
        for token in [
            concat!("AKI", "AODZDOCIS2JHTLGMX"),
            concat!("ghp", "_kWZCWUFxS6gqfRgVYruPWJiDELCruj1m0w2C"),
            concat!("glp", "at-luYI0KN1gNT11cUzYZAa"),
            concat!("xox", "b-474834179376-2344191627895-PAtLpByQxCGClbaNFDpCWNX0"),
            concat!(
                "https://hooks.sla",
                "ck.com/services/TWU7J29UK32/BQOIV3P6MRT/WT01NjUjpUuMHwkpu9mq9Ugk"
            ),
            concat!("sk_", "live_GbOY1xHvAV8DnRlzGW7hUNwO"),
            concat!("AIz", "aVr5mXcj5RPD9oUsQChx5s4tI10FtdILQvH-"),
            concat!("hf_", "GAOkXucjrWIEQJQAWerzxTzHZsOhqCXacI"),
            concat!("dap", "ib91e1fc0ab620fb752c0bc311ce041b3"),
            concat!("key", "-36d29ba78a71cdd24221683cf863fe92"),
            concat!("SG.", "3Hpnslt3yf_X2lwqMekhup.ecPvo7unxzTzUp3PY0G5D9dwvxtSh5e4b54cRYsgs_w"),
            concat!("npm", "_cDvEJ6Nhaup5N1iX47rzKD0Tem8SHW3NwBOi"),
        ] {
            check(&format!("We use {token}. Why does it fail?"), &[token]);
            check(&format!("x = \"{token}\""), &[token]);
            check(&format!("line\\n{token}\\n"), &[token]);
        }
    }

    #[test]
    fn not_tokens() {
        check("AKIAIOSFODNN7EXAMPLE", &[]);
        check("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", &[]);
        check(concat!("pk_", "live_GbOY1xHvAV8DnRlzGW7hUNwO"), &[]);
        check("task-sk-learn-pipeline-configuration", &[]);
        check("the sk- prefix, the hf_hub_download function, key-value pairs", &[]);
        check(concat!("xAK", "IAODZDOCIS2JHTLGMX AK", "IAODZDOCIS2JHTLGMXX"), &[]);
    }
}
