/**
 * What etcdctl 3.4.23 saved of an etcd 3.4.23 after: puts of /app/a/1 to 6, /app/b/1 and plain; /app/a/1 deleted, /app/a/2 put again; a lease; a
 * compaction at 4; the role dev, the users root and alice. For tests; gzip in base64.
 */
import { fromBase64 } from '../base/bytes.ts';

const PACKED = [
  'H4sICPzBAWsCA21pbmkuZGIA7ZpPbNtUHMedP27SbGxeN4mA0GRZ1Yam0iR2/jQRl7ZjK2vKtnbp2GCqXuyXxsV/IttJQ9FunLhQENJOTCAQ4w',
  'QS2oR2GRIHhNgdiQnEDSGhXLZxBZ7j53RxaFdgWiv0+1TPz1+/n3+Jf7VTfX8pw3hE6dy5s7cTdnc4T0eYfv6ksFTTMOb3j764Lbf3fcsAAAAA',
  'AAAAAAAAALDrCP1H/7+fzm85KwvMbydtqCgAAAAAAAAAAAAA7D7CvTnR6wd8QIbr73mqb9D+wHGqO2QMkzFB9eGQp7/318kmRuZpqo+GvT7Cqb',
  'CnlaiX/wW6fjXqxd+k+iXW6yv4r6+z3ut/TgbSkKU/7GJQ06lvHhPq7bs9jr1kxOk587il2qpp0OVo95ipYXu7ySK0cgpuJSJk4yao2NjaIkG4',
  't8/Tk09S/Sot+4nuZasyTrDdaeT5URGNZtKjL2cxLuQqdXtyBq21syjXrOYWT8uLqwuy1Kjb0vm56pxh1OyzZ+vzyrlybvL4wtS4wFim6SSi7r',
  'aXaXFi5YykqO3JF1enUuVpERsXT7eb1ilHty/MSubFYrm6lqq15k7MXzg/UTEqhmnKeYGRtabtYGu71dlHL5CetkjqQootjWfH06/h1zfPkujt',
  'u3fmATIOUX0joL8L6J8D+n5AD4f69WGq81RXqPb/y6VG9AiZ/Xdk0fUnH3i7S/5eIp5CjUYKpTJcOBnmQ8fCrQxdigwGiVwkGekGif7tNxgkcd',
  'FktBsk0SV2MCjLsUm2G5SlS0ODQTluKDnUDcrRpdhgUJ6LJWPdIL8g8WBQlVxdPBknQaOI15tynddMYxlbfAtpTcw7deTwq1hdrtu8blrYr/tG',
  'GrahIdXghpPDJEeo7R/uBTgbZaRH9vx98fbw4WMsWibJNIxsvN2b0n32nyDjyPUP//jps5n98bfXb3Y6X3165wj3a0zHenXLp7c/lzvc+1jMII',
  'SKxbSk1Ipivpp9Q1AVoSRmxVxRKhQm8mJBzOXyBTE7JjQwtirzZVsovSLUHadRSqUyYmE8TX4yJUkS06JwaUwwkI6FkqDgGmpqjjAmyJqKDWfL',
  'EzPCpcv0/S9ZWDdbWHnY56aOHbR5zEYrOP1A7Rj6h2CEPlous2QcpFo2DVslj7vhLKmGgv1f8MGaaqh2HSvTpt5AskM+egdue1sm601tyxgAAA',
  'AAAADgnxF5hP7/R6rvBfz/cwH/vxLw/x8H/P+5gP+3d8j/s7vD/5d3qf9/upsDugDQBYAuAHQB/lUX4BB0AQAAAAAAAB4z0Ufo/9eofifg/2+H',
  '+v1/POD/pwL+/2603/8f2CH/H3kc/r8/gf99P3xHD+4c3Dm48x115yPgzgEAAAAAAP53tNfvnpm8vPLUL+/PPXPt3S+f/UZbv/XDtSvvvTn79c',
  'wnkStX/wI0izPqIFAAAA==',
];

export async function exampleSnapshot(): Promise<Uint8Array> {
  const packed = new Blob([fromBase64(PACKED.join('')) as Uint8Array<ArrayBuffer>]);
  return new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).bytes();
}
