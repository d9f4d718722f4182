# A lifecycle hook: what ECS would pass to a Lambda function comes on standard input; what the
# function would return is written to standard output. Another exit status than 0 says FAILED.
stage=$(sed 's/.*"lifecycleStage":"\([A-Z_]*\)".*/\1/')
if [ "$stage" != POST_TEST_TRAFFIC_SHIFT ]; then
  echo "nobody asked about the stage $stage" >&2
  exit 1
fi
echo '{"hookStatus": "SUCCEEDED"}'
