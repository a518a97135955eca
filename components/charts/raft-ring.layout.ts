/** Members on a ring and the arrows of replication between them: positions in px, nothing else. */
import { pointRadial } from 'd3';

export interface RingPoint {
  readonly x: number;
  readonly y: number;
}

export interface RingNode extends RingPoint {
  readonly id: string;
  /** Which side of the node has room for its label. */
  readonly labelSide: 'left' | 'right';
}

export interface RingArrow {
  /** The member it leads to. */
  readonly id: string;
  readonly from: RingPoint;
  readonly to: RingPoint;
  readonly label: RingPoint;
}

export interface RingLayout {
  readonly nodes: readonly RingNode[];
  readonly arrows: readonly RingArrow[];
  readonly center: RingPoint;
  readonly radiusX: number;
  readonly radiusY: number;
}

export const NODE_RADIUS = 24;
/** Room beside and around the ring for what stands next to the nodes. */
const LABEL_PX = 132;
const MARGIN_PX = 40;
/** The arrow ends this far from the edge of the node, so that its head is seen. */
const ARROW_GAP_PX = 7;

export interface RingInput {
  /** In a fixed order: a member keeps its place whoever leads. */
  readonly ids: readonly string[];
  readonly leaderId: string | null;
  readonly width: number;
  readonly height: number;
}

function towards(from: RingPoint, to: RingPoint, by: number): RingPoint {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}

export function layoutRing({ ids, leaderId, width, height }: RingInput): RingLayout {
  const center = { x: width / 2, y: height / 2 };
  const radiusX = ids.length < 2 ? 0 : Math.max(NODE_RADIUS * 2, Math.min(width / 2 - LABEL_PX, height * 0.85));
  const radiusY = ids.length < 2 ? 0 : Math.max(NODE_RADIUS * 2, height / 2 - MARGIN_PX);
  const nodes = ids.map((id, index): RingNode => {
    const [x, y] = pointRadial((index / ids.length) * 2 * Math.PI, 1);
    return { id, x: center.x + x * radiusX, y: center.y + y * radiusY, labelSide: x < -0.01 ? 'left' : 'right' };
  });
  const leader = nodes.find((node) => node.id === leaderId);
  const arrows =
    leader === undefined ? [] : nodes.filter((node) => node !== leader).map((node) => arrowBetween(leader, node));
  return { nodes, arrows, center, radiusX, radiusY };
}

function arrowBetween(leader: RingNode, follower: RingNode): RingArrow {
  const reach = NODE_RADIUS + ARROW_GAP_PX;
  const from = towards(leader, follower, reach);
  const to = towards(follower, leader, reach);
  return { id: follower.id, from, to, label: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 } };
}
