/**
 * Icons by name, drawn by `lucide-react`.
 *
 * A fixed set is bundled, since names come from the model and the whole collection is large; any
 * other name is drawn as a neutral shape.
 */
import {
  AlertTriangle, ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Bell, BookOpen, Box, Building, Calendar, ChartBar,
  Check, ChevronDown, ChevronRight, Circle, Clock, CreditCard, Download, ExternalLink, Eye, File, Filter, Folder, Heart,
  Home, Image, Info, Link, List, Lock, type LucideIcon, Mail, MapPin, Menu, MessageSquare, Minus, MoreHorizontal,
  Package, Pencil, Phone, Plus, Search, Settings, ShoppingCart, Star, Table, Tag, Trash, Truck, Upload, User, Users, X,
} from "lucide-react";

const GLYPHS: Readonly<Record<string, LucideIcon>> = {
  "alert-triangle": AlertTriangle, "arrow-down": ArrowDown, "arrow-left": ArrowLeft, "arrow-right": ArrowRight,
  "arrow-up": ArrowUp, bell: Bell, book: BookOpen, box: Box, building: Building, calendar: Calendar, chart: ChartBar,
  check: Check, "chevron-down": ChevronDown, "chevron-right": ChevronRight, circle: Circle, clock: Clock,
  "credit-card": CreditCard, download: Download, edit: Pencil, "external-link": ExternalLink, eye: Eye, file: File,
  filter: Filter, folder: Folder, heart: Heart, home: Home, image: Image, info: Info, link: Link, list: List, lock: Lock,
  mail: Mail, "map-pin": MapPin, menu: Menu, message: MessageSquare, minus: Minus, more: MoreHorizontal, package: Package,
  pencil: Pencil, phone: Phone, plus: Plus, search: Search, settings: Settings, cart: ShoppingCart, star: Star,
  table: Table, tag: Tag, trash: Trash, truck: Truck, upload: Upload, user: User, users: Users, x: X,
};

export const GLYPH_NAMES: readonly string[] = Object.keys(GLYPHS);

export function Glyph({ name, size = 16, label = "" }: { readonly name: string; readonly size?: number; readonly label?: string }) {
  const Icon = Object.hasOwn(GLYPHS, name) ? (GLYPHS[name] ?? Circle) : Circle;
  const bounded = Math.min(Math.max(size, 8), 256);
  if (label === "") return <Icon size={bounded} aria-hidden />;
  return <Icon size={bounded} role="img" aria-label={label} />;
}
