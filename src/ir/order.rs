//! Walks over the graph that give an order: what a service or an operation reaches. Every walk terminates, recursive types included.

use petgraph::algo::kosaraju_scc;

use super::schema::{OpId, Schema, ServiceId, Slot, TypeId};

impl Schema {
    /// The types that a service reaches, each once, in the order in which a reader meets them: operation by operation, parameters before
    /// the result, a type before what it holds. Scalars and lists are among them.
    pub fn reachable(&self, service: ServiceId) -> Vec<TypeId> {
        self.reachable_from(self.operations(service).flat_map(|op| self.op_slots(op)))
    }

    /// The types that an operation reaches, in the same order.
    pub fn reachable_by(&self, op: OpId) -> Vec<TypeId> {
        self.reachable_from(self.op_slots(op))
    }

    /// The types that these slots reach, in the same order.
    pub fn reachable_from<'s>(&'s self, roots: impl Iterator<Item = &'s Slot>) -> Vec<TypeId> {
        let mut seen = vec![false; self.graph.node_count()];
        let mut out = Vec::new();
        let mut stack = Vec::new();
        for root in roots {
            stack.push(root.ty);
            while let Some(ty) = stack.pop() {
                if std::mem::replace(&mut seen[ty.0.index()], true) {
                    continue;
                }
                out.push(ty);
                stack.extend(self.slots(ty).rev().map(|slot| slot.ty));
            }
        }
        out
    }

    /// The record types that contain themselves, directly or through others, by name.
    pub fn recursive(&self) -> Vec<TypeId> {
        let mut out = self.cycles().concat();
        out.sort_by_key(|&ty| self.record(ty).map(|record| &record.name));
        out
    }

    /// The same, those together that contain each other; each group by name, the groups by their first.
    pub fn cycles(&self) -> Vec<Vec<TypeId>> {
        let name = |ty: TypeId| self.record(ty).map(|record| &record.name);
        let mut out: Vec<Vec<TypeId>> = kosaraju_scc(&self.graph)
            .into_iter()
            .filter(|component| component.len() > 1 || component.iter().any(|&node| self.graph.contains_edge(node, node)))
            .map(|component| component.into_iter().map(TypeId).filter(|&ty| self.record(ty).is_some()).collect())
            .collect();
        for group in &mut out {
            group.sort_by_key(|&ty| name(ty));
        }
        out.sort_by_key(|group| group.first().map(|&ty| name(ty)));
        out
    }
}
