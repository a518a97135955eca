import { currentConsole } from '../../../../../../../server/console/current.ts';
import { snapshotParams } from '../../../../../../../server/console/http/cluster-schemas.ts';
import { tokenOf } from '../../../../../../../server/console/http/cookie.ts';
import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { route } from '../../../../../../../server/console/http/route.ts';

/** The size is the server's guess, so it is no Content-Length: a wrong one would cut the file. */
export const GET = route<{ store: string }>(async (request, { store: id }) => {
  const store = await currentConsole().store(id, tokenOf(request));
  const { member, bytes, body } = await store.clusterSnapshot(
    parse(snapshotParams, queryOf(request), 'query').member,
    request.signal,
  );
  const name = `${id}-${member}.snapshot.db`.replace(/[^\w.-]/g, '_');
  return new Response(body, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${name}"`,
      'x-quorate-bytes': String(bytes),
      'cache-control': 'no-store',
    },
  });
});
