/** A figure that answers first, with a line about it; within a list of figures. */
export function FigureCard({ label, value, more }: { label: string; value: string; more: string }) {
  return (
    <div className="panel figure">
      <dt>{label}</dt>
      <dd>
        <span className="figure-value">{value}</span>
        <span className="figure-more">{more}</span>
      </dd>
    </div>
  );
}
